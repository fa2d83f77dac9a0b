// SPDX-License-Identifier: Apache-2.0

extension [UInt8] {
  /// What a call writes into room of a size.
  ///
  /// The room is not cleared before: that would touch, and so take, pages that
  /// most answers do not need.
  ///
  /// - Parameters:
  ///   - size: how many bytes there is room for.
  ///   - call: given the room; returns how many bytes of it have been written,
  ///     or a negative error number.
  /// - Returns: what was written, and what the call returned.
  static func filled<Count: FixedWidthInteger>(
    size: Int, _ call: (UnsafeMutableRawBufferPointer) -> Count
  ) -> (bytes: [UInt8], result: Count) {
    var result: Count = 0
    let bytes = unsafe [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
      unsafe result = call(UnsafeMutableRawBufferPointer(start: buffer.baseAddress, count: size))
      count = Swift.max(0, Swift.min(Int(result), size))
    }
    return (bytes, result)
  }
}
