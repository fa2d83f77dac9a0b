// SPDX-License-Identifier: Apache-2.0

/// One parameter of a file system: `key` or `key=value`.
package struct MountParameter: Equatable, Sendable {
  /// The name.
  package let key: String
  /// The value; nil for a flag.
  package let value: String?

  /// Makes a parameter from its parts.
  package init(_ key: String, _ value: String? = nil) {
    self.key = key
    self.value = value
  }

  /// Takes a text apart at the first `=`.
  init(_ text: Substring.UTF8View) {
    guard let equals = text.firstIndex(of: UInt8(ascii: "=")) else {
      key = String(Substring(text))
      value = nil
      return
    }
    key = String(Substring(text[..<equals]))
    value = String(Substring(text[text.index(after: equals)...]))
  }

  /// Takes the options of a file system apart as mount(2) would.
  ///
  /// They are separated by commas, but security modules keep what is in quotes
  /// together and drop the quotes, overlay knows a backslash, and tmpfs has lists
  /// of numbers in `mpol`.
  package static func parse(_ options: String, type: String) -> [MountParameter] {
    let text = Substring(options).utf8
    guard text.contains(UInt8(ascii: "\"")) else {
      return pieces(of: text, Rule(type: type)).map { MountParameter($0) }
    }
    // Labels are taken out first, then the rest is for the file system.
    var labels: [MountParameter] = []
    var rest: [UInt8] = []
    for piece in pieces(of: text, .quotes) {
      let parameter = MountParameter(piece)
      if isSecurityLabel(parameter.key) {
        labels.append(MountParameter(parameter.key, parameter.value?.filter { $0 != "\"" }))
      } else {
        rest += rest.isEmpty ? Array(piece) : [UInt8(ascii: ",")] + piece
      }
    }
    let remaining = String(decoding: rest, as: UTF8.self)
    return labels
      + pieces(of: Substring(remaining).utf8, Rule(type: type)).map { MountParameter($0) }
  }

  /// What keeps a comma from being the end.
  private enum Rule {
    case nothing
    case quotes
    case backslash
    case digit

    init(type: String) {
      self =
        switch type {
        case "overlay": .backslash
        case "tmpfs", "devtmpfs": .digit
        default: .nothing
        }
    }
  }

  private static func pieces(
    of text: Substring.UTF8View, _ rule: Rule
  ) -> [Substring.UTF8View] {
    var pieces: [Substring.UTF8View] = []
    var start = text.startIndex
    var index = start
    var isQuoted = false
    while index < text.endIndex {
      let byte = text[index]
      let next = text.index(after: index)
      if byte == UInt8(ascii: "\\"), rule == .backslash, next < text.endIndex {
        index = text.index(after: next)
        continue
      }
      if byte == UInt8(ascii: "\""), rule == .quotes { isQuoted.toggle() }
      let isKept =
        isQuoted || (rule == .digit && next < text.endIndex && isDigit(text[next]))
      if byte == UInt8(ascii: ","), !isKept {
        if start < index { pieces.append(text[start..<index]) }
        start = next
      }
      index = next
    }
    if start < index { pieces.append(text[start..<index]) }
    return pieces
  }

  private static func isDigit(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
  }

  private static func isSecurityLabel(_ key: String) -> Bool {
    switch key {
    case "context", "fscontext", "defcontext", "rootcontext", "smackfsdef", "smackfsdefault",
      "smackfsfloor", "smackfshat", "smackfsroot", "smackfstransmute":
      true
    default: false
    }
  }

  /// Whether a file system has this parameter, as far as that is not for the
  /// kernel to say.
  ///
  /// These take anything, whichever way they are mounted; all others refuse
  /// what they do not know.
  func isKnown(to type: String) -> Bool {
    switch (type, key) {
    case ("ramfs", "mode"): true
    case ("debugfs", "uid"), ("debugfs", "gid"), ("debugfs", "mode"): true
    case ("tracefs", "uid"), ("tracefs", "gid"), ("tracefs", "mode"): true
    case ("bpf", "uid"), ("bpf", "gid"), ("bpf", "mode"): true
    case ("bpf", "delegate_cmds"), ("bpf", "delegate_maps"), ("bpf", "delegate_progs"),
      ("bpf", "delegate_attachs"):
      true
    case ("pstore", "kmsg_bytes"): true
    case ("ramfs", _), ("debugfs", _), ("tracefs", _), ("bpf", _), ("pstore", _): false
    default: true
    }
  }
}
