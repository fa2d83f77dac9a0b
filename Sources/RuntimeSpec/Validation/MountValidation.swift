// SPDX-License-Identifier: Apache-2.0

package import JSON

extension Mount {
  /// Checks the mount; `namespaces` are those of its container.
  package func validate(
    at path: DocumentPath, namespaces: [LinuxNamespace]
  ) throws(SpecError) {
    if destination.isEmpty { throw path["destination"].error("empty") }
    // A remount changes what is mounted already.
    if isBind, source == nil, !options.contains("remount") {
      throw path["source"].error("required for a bind mount")
    }
    if uidMappings.isEmpty != gidMappings.isEmpty {
      let missing = uidMappings.isEmpty ? "uidMappings" : "gidMappings"
      throw path[missing].error("required, because the other mappings of the mount are given")
    }
    try uidMappings.validate(at: path["uidMappings"])
    try gidMappings.validate(at: path["gidMappings"])
    guard uidMappings.isEmpty, !namespaces.holds(.user) else { return }
    for (index, option) in options.enumerated() where option == "idmap" || option == "ridmap" {
      throw path["options"][index].error(
        "\(option.quoted) needs uidMappings and gidMappings, or a user namespace")
    }
  }
}
