// SPDX-License-Identifier: Apache-2.0

internal import CLinux

/// Notes that a file system keeps with a file (xattr(7)).
package enum ExtendedAttribute {
  /// Sets an attribute of an open file.
  ///
  /// The corresponding call is fsetxattr(2).
  package static func set(
    _ name: String, to value: [UInt8], of descriptor: borrowing Descriptor
  ) throws(SystemError) {
    let result = unsafe value.withUnsafeBytes {
      unsafe clinux_fsetxattr(descriptor.number, name, $0.baseAddress, $0.count)
    }
    try check(result, "setxattr", name)
  }

  /// Whether an open file has an attribute.
  ///
  /// The corresponding call is fgetxattr(2).
  package static func exists(_ name: String, of descriptor: borrowing Descriptor) -> Bool {
    unsafe clinux_fgetxattr(descriptor.number, name, nil, 0) >= 0
  }
}
