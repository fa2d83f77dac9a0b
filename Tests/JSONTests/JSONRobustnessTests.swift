// SPDX-License-Identifier: Apache-2.0

import JSON
import Testing

/// What the reader does with input that nobody meant to be JSON.
@Suite struct JSONRobustnessTests {
  /// A generator that gives the same sequence on every run.
  struct Sequence64: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return state ^ (state >> 29)
    }
  }

  static let seed = Array(
    #"{"a": [1, -2.5e3, "x\u00e9\ud83d\ude00\\", true, null], "b": {"c": {}, "d": "é"}}"#.utf8)

  @Test(arguments: 0..<8 as Range<UInt64>)
  func readsOrRefusesDamagedDocuments(round: UInt64) {
    var random = Sequence64(state: round)
    for _ in 0..<2000 {
      var bytes = Self.seed
      for _ in 0..<Int.random(in: 1...4, using: &random) where !bytes.isEmpty {
        let place = Int.random(in: 0..<max(bytes.count, 1), using: &random)
        switch Int.random(in: 0..<4, using: &random) {
        case 0: bytes[place] = UInt8.random(in: 0...255, using: &random)
        case 1: bytes.remove(at: place)
        case 2: bytes.insert(Self.seed[place % Self.seed.count], at: place)
        default: bytes = Array(bytes.prefix(max(place, 1)))
        }
      }
      guard let value = try? JSONValue(parsing: bytes) else { continue }
      // What was read can be written and read again without loss.
      #expect((try? JSONValue(parsing: value.bytes())) == value)
    }
  }

  @Test func refusesEveryTruncation() {
    for length in 0..<Self.seed.count {
      #expect(throws: SpecError.self) { try JSONValue(parsing: Array(Self.seed.prefix(length))) }
    }
  }
}
