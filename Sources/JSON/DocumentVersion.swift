// SPDX-License-Identifier: Apache-2.0

extension JSONNode {
  /// The `version` of a document that an earlier call of runp has written, of
  /// another build perhaps.
  ///
  /// - Throws: `SpecError` that says so when this build does not know it.
  package func documentVersion(knowing known: ClosedRange<Int>) throws(SpecError) -> Int {
    let found: Int = try requiredInteger("version")
    if known.contains(found) { return found }
    let other = found > known.upperBound ? "a newer" : "an older"
    throw path["version"].error("\(found) is of \(other) runp, this one knows \(known.upperBound)")
  }
}
