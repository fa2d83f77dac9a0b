// SPDX-License-Identifier: Apache-2.0

internal import CLinux
internal import Glibc

/// Notes that a file system keeps with a file (xattr(7)).
package enum ExtendedAttribute {
  /// Sets an attribute of an open file.
  ///
  /// The corresponding call is fsetxattr(2).
  package static func set(
    _ name: String, to value: [UInt8], of descriptor: borrowing Descriptor
  ) throws(RuntimeError) {
    try set(name, to: value, of: descriptor, flags: 0)
  }

  /// Sets an attribute that an open file does not have yet.
  ///
  /// - Throws: `RuntimeError` with `EEXIST` when it has it.
  ///
  /// The corresponding call is fsetxattr(2) with `XATTR_CREATE`.
  package static func create(
    _ name: String, as value: [UInt8], of descriptor: borrowing Descriptor
  ) throws(RuntimeError) {
    // XATTR_CREATE, which Glibc does not have for Swift.
    try set(name, to: value, of: descriptor, flags: 1)
  }

  private static func set(
    _ name: String, to value: [UInt8], of descriptor: borrowing Descriptor, flags: Int32
  ) throws(RuntimeError) {
    let number = descriptor.number
    let result = unsafe name.withCString { name in
      unsafe value.withUnsafeBytes {
        unsafe clinux_fsetxattr(number, name, $0.baseAddress, $0.count, flags)
      }
    }
    try check(result, "setxattr", name)
  }

  /// The value of an attribute of an open file; nil when it has none.
  ///
  /// The corresponding call is fgetxattr(2).
  package static func value(
    _ name: String, of descriptor: borrowing Descriptor
  ) throws(RuntimeError) -> [UInt8]? {
    // A path and a few words: nothing longer is runp's.
    let number = descriptor.number
    let (value, count) = unsafe [UInt8].filled(size: 8192) { room in
      unsafe name.withCString { unsafe clinux_fgetxattr(number, $0, room.baseAddress, room.count) }
    }
    if count == -Int(ENODATA) { return nil }
    try check(count, "getxattr", name)
    return value
  }

  /// Whether an open file has an attribute.
  ///
  /// The corresponding call is fgetxattr(2).
  package static func exists(_ name: String, of descriptor: borrowing Descriptor) -> Bool {
    let number = descriptor.number
    return unsafe name.withCString { unsafe clinux_fgetxattr(number, $0, nil, 0) >= 0 }
  }

  /// Sets an attribute of a file.
  ///
  /// The corresponding call is setxattr(2).
  package static func set(
    _ name: String, to value: [UInt8], at path: String
  ) throws(RuntimeError) {
    let result = unsafe path.withCString { path in
      unsafe name.withCString { name in
        unsafe value.withUnsafeBytes {
          unsafe clinux_setxattr(path, name, $0.baseAddress, $0.count)
        }
      }
    }
    try check(result, "setxattr", path)
  }

  /// The value of an attribute of a file.
  ///
  /// - Throws: `RuntimeError`; `ENODATA` when it has none, `ERANGE` when that is
  ///   longer than `limit`.
  ///
  /// The corresponding call is getxattr(2).
  package static func value(
    _ name: String, at path: String, limit: Int
  ) throws(RuntimeError) -> [UInt8] {
    let (value, count) = unsafe [UInt8].filled(size: limit) { room in
      unsafe path.withCString { path in
        unsafe name.withCString {
          unsafe clinux_getxattr(path, $0, room.baseAddress, room.count)
        }
      }
    }
    try check(count, "getxattr", path)
    return value
  }
}
