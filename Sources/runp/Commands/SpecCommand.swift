// SPDX-License-Identifier: Apache-2.0

internal import Container
internal import Glibc
internal import JSON
internal import Kernel
internal import RuntimeSpec

/// What `spec` was asked for.
struct SpecArguments: Equatable {
  /// The directory that gets the file.
  var bundle: String?
  /// The name of the file.
  var file = "config.json"
  /// Whether the container is to run without root.
  var rootless = false
}

/// Writes a config.json to start from.
enum SpecCommand: Command {
  static let name = "spec"
  static let summary = "write a config.json to start from"

  static var syntax: Syntax<SpecArguments> {
    Syntax(
      defaults: SpecArguments(),
      details: """
        The file runs 'sh' on a terminal in the root file system 'rootfs' beside it, read-only. \
        An existing file is never overwritten.
        """,
      arguments: [],
      options: [
        .path(
          "bundle", "b", "DIR", "directory of the bundle; default the working directory",
          hint: .directory
        ) {
          $0.bundle = $1
        },
        .path("file", "f", "FILE", "name of the file; default config.json") {
          $0.file = $1 ?? "config.json"
        },
        .flag("rootless", nil, "for a container that runs without root") { $0.rootless = $1 },
      ],
      store: { _, _ in })
  }

  static func run(
    _ arguments: SpecArguments, _ context: CommandContext
  ) throws(RuntimeError) -> Int32 {
    let environment = context.environment
    let template = SpecTemplate(
      rootless: arguments.rootless
        ? User(uid: environment.userID, gid: environment.groupID) : nil,
      // A host with the old hierarchies alone gives no such view.
      cgroupNamespace: File.exists("/sys/fs/cgroup/cgroup.controllers"))
    let isAbsolute = arguments.file.hasPrefix("/")
    let path =
      if let bundle = arguments.bundle, !isAbsolute { "\(bundle)/\(arguments.file)" } else {
        arguments.file
      }
    do {
      try write(template.json.text(.indented(by: "\t")) + "\n", to: path)
    } catch  where error.errno == EEXIST {
      throw RuntimeError(.alreadyExists, "File \(arguments.file) exists. Remove it first")
    }
    return CommandStatus.success
  }

  private static func write(_ text: String, to path: String) throws(RuntimeError) {
    let file = try File.open(path, [.writeOnly, .create, .exclusive])
    do {
      try File.write(Array(text.utf8), to: file, subject: path)
    } catch {
      // The write's failure is what matters.
      try? File.remove(path)
      throw error
    }
  }
}
