// SPDX-License-Identifier: Apache-2.0

internal import CLinux
internal import Glibc

/// A file system to be mounted: its type, source and parameters.
package struct NewFilesystem {
  /// The type, such as `tmpfs`.
  package let type: String
  /// What is mounted, such as a device.
  package let source: String
  /// Flags of the whole file system, such as `sync`.
  package var flags: MountFlags
  /// Its own options as mount(2) takes them, separated by commas.
  private var options: String
  /// The same one by one.
  package private(set) var parameters: [MountParameter]

  /// Takes the parts; `options` as mount(8) has them.
  package init(type: String, source: String, flags: MountFlags = [], options: String = "") {
    self.type = type
    self.source = source
    self.flags = flags
    self.options = options
    parameters = MountParameter.parse(options, type: type)
  }

  /// Adds a parameter; only the value of a security label may have commas.
  package mutating func add(_ key: String, _ value: String) {
    options += "\(options.isEmpty ? "" : ",")\(key)="
    options += value.utf8.contains(UInt8(ascii: ",")) ? "\"\(value)\"" : value
    parameters.append(MountParameter(key, value))
  }

  /// Makes the file system, which is not attached anywhere yet.
  ///
  /// - Throws: `RuntimeError`; `EINVAL` naming an option that is not known, or a
  ///   string that is too long.
  ///
  /// The corresponding calls are fsopen(2), fsconfig(2), fsmount(2).
  package func make(_ attributes: MountAttributes) throws(RuntimeError) -> Descriptor {
    try make(attributes, in: MountTree.open(type))
  }

  /// Makes the file system in what was opened for it, perhaps by another process.
  ///
  /// The corresponding calls are fsconfig(2), fsmount(2).
  package func make(
    _ attributes: MountAttributes, in opened: consuming Descriptor
  ) throws(RuntimeError) -> Descriptor {
    try checkNames()
    let context = FilesystemContext(opened, type: type)
    try configure(context)
    for parameter in parameters { try context.set(parameter.key, parameter.value) }
    return try context.mount(attributes)
  }

  /// Makes the file system, however long its strings are.
  ///
  /// Where a string is too long for fsconfig(2), layers of an overlay are given
  /// as descriptors; everything else, and on kernels that do not take those, goes
  /// through mount(2). For that something is mounted on `place` for a moment, a
  /// directory of this process's mount namespace.
  ///
  /// - Throws: `RuntimeError`; `EINVAL` naming an option that is not known, and
  ///   `E2BIG` when there is more than mount(2) takes, too.
  ///
  /// The corresponding calls are fsopen(2), fsconfig(2), fsmount(2).
  package func make(
    _ attributes: MountAttributes, place: borrowing Descriptor
  ) throws(RuntimeError) -> Descriptor {
    let fits = parameters.allSatisfy { FilesystemContext.fits($0.value ?? "") }
    if fits, FilesystemContext.fits(source) { return try make(attributes) }
    try checkNames()
    if type == "overlay", FilesystemContext.fits(source) {
      do {
        return try makeFromLayers(attributes)
      } catch {
        // Kernels before 6.13 take none, and a layer may be closed for reading:
        // the other way says what is really wrong.
      }
    }
    return try mountByPath(attributes, place: place)
  }

  /// Refuses options that the file system does not have, without mounting it.
  package func check() throws(RuntimeError) {
    try checkNames()
    let context = try FilesystemContext(type: type)
    try configure(context)
    for parameter in parameters { try context.set(parameter.key, parameter.value) }
  }

  private func checkNames() throws(RuntimeError) {
    for parameter in parameters where !parameter.isKnown(to: type) {
      throw RuntimeError(call: "fsconfig \(parameter.key) of", errno: EINVAL, subject: type)
    }
  }

  /// Sets everything but the parameters.
  private func configure(_ context: borrowing FilesystemContext) throws(RuntimeError) {
    if let dot = type.firstIndex(of: ".") {
      try context.set("subtype", String(type[type.index(after: dot)...]))
    }
    try context.set("source", source)
    for (flag, word) in Self.flagWords where flags.contains(flag) { try context.set(word, nil) }
  }

  private static let flagWords: [(MountFlags, String)] = [
    (.readOnly, "ro"), (.synchronous, "sync"), (.directorySync, "dirsync"),
    (.mandatoryLocks, "mand"), (.lazyTime, "lazytime"),
  ]

  // MARK: Layers as descriptors

  private func makeFromLayers(_ attributes: MountAttributes) throws(RuntimeError) -> Descriptor {
    let context = try FilesystemContext(type: type)
    try configure(context)
    for parameter in parameters {
      switch parameter.key {
      case "lowerdir":
        for layer in OverlayLayers.split(parameter.value ?? "") {
          try context.set(
            layer.isData ? "datadir+" : "lowerdir+", try File.open(layer.path, .directory))
        }
      case "upperdir", "workdir":
        try context.set(
          parameter.key,
          try File.open(OverlayLayers.unescaped(parameter.value ?? ""), .directory))
      default: try context.set(parameter.key, parameter.value)
      }
    }
    return try context.mount(attributes)
  }

  // MARK: By path

  /// The most that mount(2) takes of options: a page, with a zero at the end.
  package static var mostOptions: Int { sysconf(Int32(_SC_PAGESIZE)) - 1 }

  /// Mounts on a directory of a tmpfs of its own, and takes the mount from there.
  private func mountByPath(
    _ attributes: MountAttributes, place: borrowing Descriptor
  ) throws(RuntimeError) -> Descriptor {
    let length = options.utf8.count
    if length > Self.mostOptions {
      throw RuntimeError(
        call: "mount", errno: E2BIG,
        subject: "\(type) with \(length) bytes of options, where \(Self.mostOptions) are the most")
    }
    let scratch = try FilesystemContext.scratch()
    try MountTree.attach(scratch, onto: place)
    defer {
      // It is empty, and hides nothing that is reached by a descriptor.
      try? Mounts.detach(scratch.procPath, followLinks: true)
    }
    try File.makeDirectory("m", mode: 0o700, at: scratch)
    let target = try File.open("m", [.path, .directory], at: scratch)
    try Mounts.mount(
      source, on: target.procPath, type: type, flags, data: options.isEmpty ? nil : options)
    let tree = try MountTree.copy("m", at: scratch, recursive: false)
    try MountTree.setAttributes(tree, set: attributes, clear: .accessTimeMask)
    return tree
  }
}
