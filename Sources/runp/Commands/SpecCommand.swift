// SPDX-License-Identifier: Apache-2.0

/// What `spec` was asked for.
struct SpecOptions: Equatable {
  /// The directory that gets the file.
  var bundle: String?
  /// The name of the file.
  var file = "config.json"
  /// Whether the container is to run without root.
  var rootless = false
}

/// Writes a config.json to start from.
enum SpecCommand: CommandSyntax {
  static let name = "spec"
  static let summary = "write a config.json to start from"

  static var syntax: Syntax<SpecOptions> {
    Syntax(
      defaults: SpecOptions(),
      details: """
        The file runs 'sh' on a terminal in the root file system 'rootfs' beside it, read-only. \
        An existing file is never overwritten.
        """,
      arguments: [],
      options: [
        .path("bundle", "b", "DIR", "directory of the bundle; default .", hint: .directory) {
          $0.bundle = $1
        },
        .path("file", "f", "FILE", "name of the file; default config.json") {
          $0.file = $1 ?? "config.json"
        },
        .flag("rootless", nil, "for a container that runs without root") { $0.rootless = $1 },
      ],
      store: { _, _ in })
  }
}
