// SPDX-License-Identifier: Apache-2.0

package import JSON

extension Spec {
  /// Checks what the specification demands and needs no kernel to be checked.
  ///
  /// - Throws: `SpecError` for the first property that is wrong.
  package func validate() throws(SpecError) {
    let path = DocumentPath.root
    try SemanticVersion.validate(ociVersion, at: path["ociVersion"])
    guard let root else { throw path["root"].error("required, but missing") }
    if root.path.isEmpty { throw path["root"]["path"].error("empty") }
    try process?.validate(at: path["process"])
    let linux = self.linux ?? Linux()
    try linux.namespaces.validate(at: path["linux"]["namespaces"])
    try Self.validate(hostname: hostname, linux.namespaces, at: path["hostname"])
    try Self.validate(hostname: domainname, linux.namespaces, at: path["domainname"])
    for (index, mount) in mounts.enumerated() {
      try mount.validate(at: path["mounts"][index], namespaces: linux.namespaces)
    }
    try hooks.validate(at: path["hooks"])
    for annotation in annotations where annotation.key.isEmpty {
      throw path["annotations"].error("an empty key")
    }
    try linux.validate(at: path["linux"])
    try validateDomainname(against: linux.sysctl, at: path["linux"]["sysctl"])
  }

  /// Refuses a kernel parameter that says otherwise than the property for it.
  private func validateDomainname(
    against parameters: OrderedMap<String>, at path: DocumentPath
  ) throws(SpecError) {
    guard let domainname else { return }
    for parameter in parameters
    where Sysctl(parameter.key)?.components == ["kernel", "domainname"]
      && parameter.value != domainname
    {
      throw path[parameter.key].error(
        "\(parameter.value.quoted) is not the domainname \(domainname.quoted)")
    }
  }

  /// Checks a host or domain name against the namespaces of its container.
  package static func validate(
    hostname: String?, _ namespaces: [LinuxNamespace], at path: DocumentPath
  ) throws(SpecError) {
    guard let hostname else { return }
    guard namespaces.holds(.uts) else {
      throw path.error("\(hostname.quoted) needs a uts namespace in linux.namespaces")
    }
    // The limit of sethostname(2), in bytes.
    if hostname.utf8.count > 64 {
      throw path.error("\(hostname.quoted) is longer than 64 bytes")
    }
  }
}

extension Hooks {
  /// Checks the hooks.
  package func validate(at path: DocumentPath) throws(SpecError) {
    for kind in HookKind.allCases {
      for (index, hook) in self[kind].enumerated() {
        try hook.validate(at: path[kind.rawValue][index])
      }
    }
  }
}

extension Hook {
  /// Checks the hook.
  package func validate(at path: DocumentPath) throws(SpecError) {
    try requireAbsolute(self.path, at: path["path"])
    if let timeout, timeout <= 0 {
      throw path["timeout"].error("\(timeout) is not greater than 0")
    }
  }
}

/// Throws unless the text is an absolute path.
func requireAbsolute(_ text: String, at path: @autoclosure () -> DocumentPath) throws(SpecError) {
  if text.utf8.first != UInt8(ascii: "/") {
    throw path().error("\(text.quoted) is not an absolute path")
  }
}

/// Throws unless the number is in the range.
func require<T: FixedWidthInteger>(
  _ number: T?, in range: ClosedRange<T>, at path: @autoclosure () -> DocumentPath
) throws(SpecError) {
  guard let number, !range.contains(number) else { return }
  throw path().error(
    "\(number) is not in the range \(range.lowerBound) to \(range.upperBound)")
}
