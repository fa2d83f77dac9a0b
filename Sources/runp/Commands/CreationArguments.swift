// SPDX-License-Identifier: Apache-2.0

internal import Container
internal import Kernel

/// What `create` and `run` have in common.
struct CreationArguments: Equatable {
  /// The ID for the container.
  var id = ""
  /// The bundle's directory.
  var bundle = "."
  /// The file to read instead of the bundle's config.json.
  var config: String?
  /// The socket that gets the terminal's descriptor.
  var consoleSocket: String?
  /// The socket that gets the init process's pidfd.
  var pidfdSocket: String?
  /// The file that gets the init process's ID.
  var pidFile: String?
  /// Whether the root is moved and not pivoted.
  var noPivot = false
  /// Whether the container stays in the caller's session keyring.
  var noNewKeyring = false
  /// How many descriptors after standard error the container gets.
  var preserveFDs = 0
  /// The pod that the container joins.
  var pod: String?
}

/// Arguments that hold those of `create` and `run`.
protocol HasCreationArguments: HasID {
  /// The common part.
  var creation: CreationArguments { get set }
}

extension HasCreationArguments {
  var id: String { creation.id }
}

extension Option where Target: HasCreationArguments {
  /// The options that `create` and `run` share.
  static var creation: [Option] {
    [
      .path(
        "bundle", "b", "DIR", "directory of the bundle; default the working directory",
        hint: .directory
      ) {
        $0.creation.bundle = $1 ?? "."
      },
      .path("config", "f", "FILE", "read FILE instead of config.json in the bundle") {
        $0.creation.config = $1
      },
      .parsed(
        "pod", nil, "POD", "join the pod: its namespaces, shared memory and limits", hint: .pod,
        Value.podID
      ) { $0.creation.pod = $1 },
      .path("console-socket", nil, "SOCKET", "send the terminal's master side to SOCKET") {
        $0.creation.consoleSocket = $1
      },
      .path("pidfd-socket", nil, "SOCKET", "send a pidfd of the init process to SOCKET") {
        $0.creation.pidfdSocket = $1
      },
      .path("pid-file", nil, "FILE", "write the init process's ID to FILE") {
        $0.creation.pidFile = $1
      },
      .flag("no-pivot", nil, "move the root instead of pivot_root, for a root on a ramdisk") {
        $0.creation.noPivot = $1
      },
      .flag("no-new-keyring", nil, "stay in the caller's session keyring") {
        $0.creation.noNewKeyring = $1
      },
      .parsed(
        "preserve-fds", nil, "N", "pass N descriptors after standard error on to the container",
        Value.descriptorCount
      ) { $0.creation.preserveFDs = $1 },
    ]
  }
}

extension CreationArguments {
  /// Reads the bundle.
  func loadBundle(_ runtime: RuntimeContext) throws(RuntimeError) -> Bundle {
    try Bundle.load(bundle, config: config, filters: runtime.filters, warn: runtime.warn)
  }

  /// The same for the module that does the work.
  ///
  /// - Throws: `RuntimeError` when a socket that was announced was not given.
  func createOptions() throws(RuntimeError) -> CreateOptions {
    let listened = try ListenedFiles()
    var options = CreateOptions(id: id)
    options.consoleSocket = consoleSocket
    options.pidfdSocket = pidfdSocket
    options.pidFile = pidFile
    options.noPivot = noPivot
    options.noNewKeyring = noNewKeyring
    options.preservedFiles = PreservedFiles.numbers(listened.count + preserveFDs)
    options.pod = pod
    options.listenFDs = listened.count
    options.listenNames = listened.names
    return options
  }
}
