// SPDX-License-Identifier: Apache-2.0

package import JSON

extension LinuxSeccomp {
  /// Checks the filter.
  package func validate(at path: DocumentPath) throws(SpecError) {
    try Self.validate(
      errnoRet: defaultErrnoRet, of: defaultAction, at: path["defaultErrnoRet"])
    if listenerMetadata != nil, listenerPath == nil {
      throw path["listenerMetadata"].error("needs listenerPath")
    }
    try validateListener(of: defaultAction, at: path["defaultAction"])
    for (index, rule) in syscalls.enumerated() {
      let path = path["syscalls"][index]
      try rule.validate(at: path)
      try validateListener(of: rule.action, at: path["action"])
    }
  }

  private func validateListener(
    of action: LinuxSeccompAction, at path: @autoclosure () -> DocumentPath
  ) throws(SpecError) {
    if action == .notify, listenerPath == nil {
      throw path().error("\(action.rawValue) needs listenerPath")
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
    if names.isEmpty { throw path["names"].error("no system call is named") }
    try LinuxSeccomp.validate(errnoRet: errnoRet, of: action, at: path["errnoRet"])
    for (index, condition) in args.enumerated() {
      try require(condition.index, in: 0...5, at: path["args"][index]["index"])
    }
  }
}
