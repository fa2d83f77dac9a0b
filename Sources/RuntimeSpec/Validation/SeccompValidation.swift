// SPDX-License-Identifier: Apache-2.0

package import JSON

extension LinuxSeccomp {
  /// Checks the filter, all of it but what depends on kernel and library.
  package func validate(at path: DocumentPath) throws(SpecError) {
    try Self.validate(
      errnoRet: defaultErrnoRet, of: defaultAction, at: path["defaultErrnoRet"])
    if listenerMetadata != nil, listenerPath == nil {
      throw path["listenerMetadata"].error("needs listenerPath")
    }
    if defaultAction == .notify {
      throw path["defaultAction"].error(
        "\(defaultAction.rawValue) would hold up the hand-over of the listener itself")
    }
    for (index, rule) in syscalls.enumerated() {
      let path = path["syscalls"][index]
      try rule.validate(at: path)
      guard rule.action == .notify else { continue }
      if listenerPath == nil {
        throw path["action"].error("\(rule.action.rawValue) needs listenerPath")
      }
      if rule.names.contains("write") {
        throw path["action"].error(
          "write cannot be \(rule.action.rawValue): the listener is handed over with it")
      }
    }
  }

  /// Checks an error number against the action that is to return it.
  static func validate(
    errnoRet: UInt32?, of action: LinuxSeccompAction, at path: @autoclosure () -> DocumentPath
  ) throws(SpecError) {
    guard let errnoRet else { return }
    guard let largest = action.largestErrno else {
      throw path().error("\(errnoRet) has no meaning for \(action.rawValue)")
    }
    try require(errnoRet, in: 0...largest, at: path())
  }
}

extension LinuxSyscall {
  /// Checks the rule.
  func validate(at path: DocumentPath) throws(SpecError) {
    try LinuxSeccomp.validate(errnoRet: errnoRet, of: action, at: path["errnoRet"])
    for (index, condition) in args.enumerated() {
      try require(condition.index, in: 0...5, at: path["args"][index]["index"])
    }
  }
}
