// SPDX-License-Identifier: Apache-2.0

package import JSON

extension Linux {
  /// Checks the Linux section; `Spec.validate` has checked the namespaces.
  func validate(at path: DocumentPath) throws(SpecError) {
    try validate(uidMappings, at: path["uidMappings"])
    try validate(gidMappings, at: path["gidMappings"])
    try Sysctl.validate(sysctl, namespaces: namespaces, at: path["sysctl"])
    try resources?.validate(at: path["resources"])
    try Self.validate(cgroupsPath: cgroupsPath, at: path["cgroupsPath"])
    for (index, device) in devices.enumerated() {
      try device.validate(at: path["devices"][index])
    }
    try netDevices.validate(at: path["netDevices"], namespaces: namespaces)
    try seccomp?.validate(at: path["seccomp"])
    for (index, masked) in maskedPaths.enumerated() {
      try requireAbsolute(masked, at: path["maskedPaths"][index])
    }
    for (index, readonly) in readonlyPaths.enumerated() {
      try requireAbsolute(readonly, at: path["readonlyPaths"][index])
    }
    try intelRdt?.validate(at: path["intelRdt"])
    try memoryPolicy?.validate(at: path["memoryPolicy"])
    if let flag = personality?.flags.first {
      throw path["personality"]["flags"][0].error("\(flag.quoted) is not supported, no flag is")
    }
    try timeOffsets.validate(at: path["timeOffsets"], namespaces: namespaces)
  }

  private func validate(_ mappings: [LinuxIDMapping], at path: DocumentPath) throws(SpecError) {
    if !mappings.isEmpty, !namespaces.holds(.user) {
      throw path.error("needs a user namespace in linux.namespaces")
    }
    try mappings.validate(at: path)
  }

  /// Checks the cgroup of a container or a pod.
  package static func validate(
    cgroupsPath: String?, at path: DocumentPath
  ) throws(SpecError) {
    guard let cgroupsPath else { return }
    if cgroupsPath.split(separator: "/").contains("..") {
      throw path.error("\(cgroupsPath.quoted) has a component \"..\"")
    }
  }
}

extension LinuxDevice {
  /// Checks the device node.
  package func validate(at path: DocumentPath) throws(SpecError) {
    try requireAbsolute(self.path, at: path["path"])
    guard type != .fifo else { return }
    for (key, number, limit) in [("major", major, 0xFFF), ("minor", minor, 0xF_FFFF)]
      as [(String, Int64?, Int64)]
    {
      guard let number else {
        throw path[key].error("required for a device of type \(type.rawValue)")
      }
      try require(number, in: 0...limit, at: path[key])
    }
  }
}

extension LinuxIntelRdt {
  /// Checks the limits.
  package func validate(at path: DocumentPath) throws(SpecError) {
    if let closID, closID != "/" {
      if closID == "." || closID == ".." || closID.utf8.contains(UInt8(ascii: "/")) {
        throw path["closID"].error("\(closID.quoted) is not the name of a directory")
      }
    }
    try Self.requireOneLine(l3CacheSchema, at: path["l3CacheSchema"])
    try Self.requireOneLine(memBwSchema, at: path["memBwSchema"])
    if let memBwSchema, !memBwSchema.hasPrefix("MB:") {
      throw path["memBwSchema"].error("\(memBwSchema.quoted) does not start with MB:")
    }
    for (index, line) in schemata.enumerated() {
      try Self.requireOneLine(line, at: path["schemata"][index])
    }
  }

  private static func requireOneLine(
    _ text: String?, at path: @autoclosure () -> DocumentPath
  ) throws(SpecError) {
    guard let text, text.utf8.contains(UInt8(ascii: "\n")) else { return }
    throw path().error("\(text.quoted) is more than one line")
  }
}

extension LinuxMemoryPolicy {
  /// Checks that the nodes and flags are those that the mode has.
  package func validate(at path: DocumentPath) throws(SpecError) {
    try NumberList.validate(nodes, at: path["nodes"])
    switch (mode, nodes) {
    case (.default, let nodes?), (.local, let nodes?):
      throw path["nodes"].error("\(nodes.quoted) has no meaning for \(mode.rawValue)")
    case (.bind, nil), (.interleave, nil), (.weightedInterleave, nil), (.preferredMany, nil):
      throw path["nodes"].error("required for \(mode.rawValue)")
    default: break
    }
    if flags.contains(.relativeNodes), flags.contains(.staticNodes) {
      throw path["flags"].error(
        "\(MemoryPolicyFlagType.relativeNodes.rawValue) and "
          + "\(MemoryPolicyFlagType.staticNodes.rawValue) exclude each other")
    }
  }
}
