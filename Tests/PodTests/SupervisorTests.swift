// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import Pod

@Suite struct LinePrefixerTests {
  private func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

  @Test func eachLineGetsTheLabel() {
    var lines = LinePrefixer(label: "a | ")
    #expect(text(lines.feed(Array("one\ntwo\n\n".utf8))) == "a | one\na | two\na | \n")
    #expect(lines.finish().isEmpty)
  }

  @Test func aLineInPiecesComesOutWhole() {
    var lines = LinePrefixer(label: "a | ")
    #expect(lines.feed(Array("on".utf8)).isEmpty)
    #expect(lines.feed(Array("e".utf8)).isEmpty)
    #expect(text(lines.feed(Array("\ntw".utf8))) == "a | one\n")
    #expect(text(lines.finish()) == "a | tw\n")
    #expect(lines.finish().isEmpty)
  }

  @Test func aStreamWithoutNewlinesIsBroken() {
    var lines = LinePrefixer(label: "a|")
    let output = lines.feed([UInt8](repeating: UInt8(ascii: "x"), count: 70_000))
    #expect(output.count == 65536 + 3)
    #expect(output.last == UInt8(ascii: "\n"))
    #expect(lines.finish().count == 70_000 - 65536 + 3)
  }

  @Test func bytesThatAreNoTextPassThrough() {
    var lines = LinePrefixer(label: "")
    #expect(lines.feed([0xFF, 0x00, 0x0A]) == [0xFF, 0x00, 0x0A])
  }
}

@Suite struct OutputLabelsTests {
  @Test func labelsAreAsWideAsTheWidest() {
    let labels = OutputLabels(["web", "web-client"])
    #expect(labels.label("web", coloured: false) == "web        | ")
    #expect(labels.label("web-client", coloured: false) == "web-client | ")
    #expect(labels.label(OutputLabels.supervisor, coloured: false) == "runp       | ")
  }

  @Test func eachContainerHasAColour() {
    let labels = OutputLabels((0..<7).map { "c\($0)" })
    #expect(labels.label("c0", coloured: true) == "\u{1B}[36mc0   | \u{1B}[0m")
    #expect(labels.label("c1", coloured: true).hasPrefix("\u{1B}[32m"))
    #expect(labels.label("c6", coloured: true).hasPrefix("\u{1B}[36m"))
    #expect(labels.label(OutputLabels.supervisor, coloured: true).hasPrefix("\u{1B}[2m"))
  }
}

@Suite struct BackoffTests {
  @Test func theDelayDoublesUpToTenSeconds() {
    var backoff = Backoff()
    let delays = (0..<9).map { _ in backoff.delay(ranLong: false) }
    #expect(delays == [100, 200, 400, 800, 1600, 3200, 6400, 10_000, 10_000])
  }

  @Test func aLongRunStartsFromTheBeginning() {
    var backoff = Backoff()
    for _ in 0..<5 { _ = backoff.delay(ranLong: false) }
    #expect(backoff.delay(ranLong: true) == 100)
    #expect(backoff.delay(ranLong: false) == 200)
  }
}
