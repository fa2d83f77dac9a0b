// SPDX-License-Identifier: Apache-2.0

internal import JSON
internal import Kernel
internal import RuntimeSpec

/// What the filter of a configuration comes from: its text, and the program
/// that was kept of the same text, for whose sake it need not be read.
struct SeccompSource {
  private let cache: SeccompCache
  private var text: ArraySlice<UInt8>?
  private var kept: SeccompProgram?

  /// Where the text stands in a configuration.
  private static var path: [String] { ["linux", "seccomp"] }

  /// The program of the profile that was read, or of the text that was not; nil
  /// when there is neither.
  ///
  /// - Throws: `RuntimeError` when the profile cannot be compiled.
  func program(for profile: LinuxSeccomp?) throws(RuntimeError) -> SeccompProgram? {
    guard let profile else { return kept }
    return try cache.program(for: profile, text: text)
  }

  /// The same for a configuration that was changed.
  func amended(from old: JSONValue, to new: JSONValue) -> SeccompSource {
    func section(_ document: JSONValue) -> JSONValue? {
      Self.path.reduce(document) { (value: JSONValue?, key) in value?[key] }
    }
    return section(old) == section(new) ? self : SeccompSource(cache: cache)
  }
}

/// A configuration as it was read.
struct ReadSpec {
  /// The configuration; without the filter whose text was left unread.
  let spec: Spec
  /// The same as a document.
  let document: JSONValue
  /// What the filter is compiled from.
  let filter: SeccompSource
}

extension SeccompSource {
  private init(cache: SeccompCache) { self.cache = cache }

  /// Reads and decodes a `config.json`, without validating it, but leaves a
  /// filter unread whose program is kept: that it is valid is known.
  ///
  /// - Parameters:
  ///   - bytes: the configuration.
  ///   - cache: the programs that are kept.
  ///   - warn: told what was repaired in what was read.
  /// - Returns: the configuration.
  /// - Throws: `SpecError` for what cannot be read.
  static func read(
    _ bytes: [UInt8], _ cache: SeccompCache, warn: (String) -> Void = { _ in }
  ) throws(SpecError) -> ReadSpec {
    var source = SeccompSource(cache: cache)
    var document = try Spec.document(bytes, part: path, warn: warn) { text in
      source.kept = cache.program(of: text)
      return source.kept != nil
    }
    var spec = try Spec(json: JSONNode(document.value))
    if source.kept != nil, spec.annotations[Spec.seccompReceiver] != nil {
      // With this there is a listener, and what was kept has none.
      source.kept = nil
      document = try Spec.document(bytes, part: path)
      spec = try Spec(json: JSONNode(document.value))
    }
    if document.part == nil { source.kept = nil }
    source.text = document.part
    return ReadSpec(spec: spec, document: document.value, filter: source)
  }
}
