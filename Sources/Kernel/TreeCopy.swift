// SPDX-License-Identifier: Apache-2.0

internal import CLinux
internal import Glibc

/// Copying directory trees, links as links, between open directories.
package enum TreeCopy {
  /// Copies everything in one directory into another, with permissions and
  /// owners; sockets are left out.
  package static func copyContents(
    of source: borrowing Descriptor, to target: borrowing Descriptor
  ) throws(SystemError) {
    let readable = try File.open(".", .directory, at: source.number)
    let writable = try File.open(".", .directory, at: target.number)
    for name in try Directory.names(readable) {
      try copy(name, from: readable, to: writable)
    }
  }

  private static func copy(
    _ name: String, from source: borrowing Descriptor, to target: borrowing Descriptor
  ) throws(SystemError) {
    let status = try FileStatus(name, at: source.number, followLinks: false)
    switch status.kind {
    case .directory:
      try File.makeDirectory(name, mode: 0o700, at: target.number)
      try copyContents(
        of: try File.open(name, [.directory, .noFollow], at: source.number),
        to: try File.open(name, [.directory, .noFollow], at: target.number))
    case .link:
      try File.makeLink(name, to: try File.linkTarget(name, at: source.number), at: target.number)
    case .regular:
      try copyFile(name, from: source, to: target)
    case .characterDevice:
      try Nodes.make(
        name, .character, major: status.device.major, minor: status.device.minor,
        mode: status.permissions, owner: (status.uid, status.gid), at: target)
    case .blockDevice:
      try Nodes.make(
        name, .block, major: status.device.major, minor: status.device.minor,
        mode: status.permissions, owner: (status.uid, status.gid), at: target)
    case .fifo:
      try Nodes.make(
        name, .fifo, major: 0, minor: 0, mode: status.permissions,
        owner: (status.uid, status.gid), at: target)
    case .socket, .other: return
    }
    try check(
      negatedErrno(
        unsafe fchownat(target.number, name, status.uid, status.gid, AT_SYMLINK_NOFOLLOW)),
      "chown", name)
    if status.kind != .link {
      // After chown, which takes the set-id bits away.
      try check(
        negatedErrno(unsafe fchmodat(target.number, name, mode_t(status.permissions), 0)), "chmod",
        name)
    }
  }

  private static func copyFile(
    _ name: String, from source: borrowing Descriptor, to target: borrowing Descriptor
  ) throws(SystemError) {
    let from = try File.open(name, .noFollow, at: source.number)
    let to = try File.open(
      name, [.writeOnly, .create, .exclusive, .noFollow], mode: 0o600, at: target.number)
    while true {
      let input = from.number
      let output = to.number
      let count = try check(retrying { clinux_copy_file(output, input, 1 << 30) }, "sendfile", name)
      if count == 0 { return }
    }
  }
}
