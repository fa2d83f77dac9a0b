// SPDX-License-Identifier: Apache-2.0

internal import CLinux
internal import Glibc

/// Copying directory trees, links as links, between open directories.
package enum TreeCopy {
  /// Copies everything in one directory into another, with permissions and
  /// owners; sockets are left out.
  package static func copyContents(
    of source: borrowing Descriptor, to target: borrowing Descriptor
  ) throws(RuntimeError) {
    let readable = try File.open(".", .directory, at: source)
    let writable = try File.open(".", .directory, at: target)
    while true {
      let names = try Directory.nextNames(in: readable)
      if names.isEmpty { return }
      for name in names { try copy(name, from: readable, to: writable) }
    }
  }

  private static func copy(
    _ name: FileName, from source: borrowing Descriptor, to target: borrowing Descriptor
  ) throws(RuntimeError) {
    let status = try name.status(in: source)
    switch status.kind {
    case .directory:
      try name.makeDirectory(mode: 0o700, in: target)
      try copyContents(
        of: try name.open([.directory, .noFollow], in: source),
        to: try name.open([.directory, .noFollow], in: target))
    case .link: try name.copyLink(from: source, to: target)
    case .regular: try copyFile(name, from: source, to: target)
    case .characterDevice: try copyNode(name, .character, status, to: target)
    case .blockDevice: try copyNode(name, .block, status, to: target)
    case .fifo: try copyNode(name, .fifo, status, to: target)
    case .socket, .other: return
    }
    try name.setOwner(status.uid, status.gid, in: target)
    // After chown, which takes the set-id bits away.
    if status.kind != .link { try name.setPermissions(status.permissions, in: target) }
  }

  private static func copyNode(
    _ name: FileName, _ kind: Nodes.Kind, _ status: FileStatus, to target: borrowing Descriptor
  ) throws(RuntimeError) {
    try Nodes.make(
      name, kind, major: status.device.major, minor: status.device.minor,
      mode: status.permissions, owner: (status.uid, status.gid), at: target)
  }

  private static func copyFile(
    _ name: FileName, from source: borrowing Descriptor, to target: borrowing Descriptor
  ) throws(RuntimeError) {
    // What it was a moment ago it need not be any more.
    let from = try name.open([.noFollow, .nonBlocking], in: source)
    let to = try name.open(
      [.writeOnly, .create, .exclusive, .noFollow], mode: 0o600, in: target)
    while true {
      let input = from.number
      let output = to.number
      let count = try check(
        retrying { clinux_copy_file(output, input, 1 << 30) }, "sendfile", name.text)
      if count == 0 { return }
    }
  }
}
