// SPDX-License-Identifier: Apache-2.0

internal import JSON
package import Kernel

/// The manager of units of one systemd (org.freedesktop.systemd1(5)).
package final class SystemdManager {
  private let bus: Bus
  private var isWatching = false
  private var knownVersion: Int?

  private static let destination = "org.freedesktop.systemd1"
  private static let path = "/org/freedesktop/systemd1"
  private static let interface = "org.freedesktop.systemd1.Manager"
  private static let properties = "org.freedesktop.DBus.Properties"

  /// Connects to the systemd of the machine, or of a user.
  package init(_ address: SystemdAddress) throws(RuntimeError) {
    do throws(BusError) {
      bus = try Bus.connected(to: address.addresses, as: address.user)
    } catch {
      throw RuntimeError(.unreachable, "\(address) cannot be reached: \(error)")
    }
  }

  // MARK: Units

  /// Starts a unit and waits until it is there.
  ///
  /// - Throws: `RuntimeError` of kind `alreadyExists` when there is one of that
  ///   name.
  func start(
    _ unit: String, _ properties: [UnitProperty], until deadline: Deadline
  ) throws(RuntimeError) {
    try run("start", unit, until: deadline) { () throws(BusError) in
      try self.call(
        "StartTransientUnit", .string(unit), .string("fail"), UnitProperty.list(properties),
        .array(of: "(sa(sv))", []))
    }
  }

  /// Stops a unit that carries a claim, and waits until it is gone; one that is
  /// not there, or is another's, is no error.
  package func stop(
    _ unit: String, claimedBy claim: String, until deadline: Deadline
  ) throws(RuntimeError) {
    guard try text("Description", of: unit) == SystemdDriver.description(claim) else { return }
    do throws(RuntimeError) {
      try run("stop", unit, until: deadline) { () throws(BusError) in
        try self.call("StopUnit", .string(unit), .string("replace"))
      }
    } catch  where error.kind == .notOurs {
      return
    }
    try resetFailed(unit)
  }

  /// Lets systemd forget that a unit failed, which keeps its name taken.
  func resetFailed(_ unit: String) throws(RuntimeError) {
    do throws(BusError) {
      _ = try call("ResetFailedUnit", .string(unit))
    } catch  where error.name == BusError.noSuchUnit {
      // Then it is forgotten already.
    } catch {
      throw Self.failure("reset", unit, error)
    }
  }

  /// Sets the limits of a plan, until the next boot.
  package func set(_ plan: LimitPlan, of unit: String) throws(RuntimeError) {
    try set(UnitLimits.properties(plan, version: try version()), of: unit)
  }

  /// Sets which devices may be used, in place of what was said of them before.
  package func set(_ devices: [DeviceRule], of unit: String) throws(RuntimeError) {
    try set(UnitDevices.replacement(devices), of: unit)
  }

  private func set(_ properties: [UnitProperty], of unit: String) throws(RuntimeError) {
    if properties.isEmpty { return }
    do throws(BusError) {
      _ = try call(
        "SetUnitProperties", .string(unit), .bool(true), UnitProperty.list(properties))
    } catch {
      throw Self.failure("set the properties of", unit, error)
    }
  }

  /// Stops the processes of a unit where they are.
  package func freeze(_ unit: String) throws(RuntimeError) {
    try verb("FreezeUnit", "freeze", unit)
  }

  /// Lets the processes of a unit go on.
  package func thaw(_ unit: String) throws(RuntimeError) { try verb("ThawUnit", "thaw", unit) }

  private func verb(_ member: String, _ word: String, _ unit: String) throws(RuntimeError) {
    do throws(BusError) {
      _ = try call(member, .string(unit))
    } catch {
      throw Self.failure(word, unit, error)
    }
  }

  // MARK: Properties

  /// A property of a unit that is text; nil when systemd has no such unit.
  func text(_ property: String, of unit: String) throws(RuntimeError) -> String? {
    do throws(BusError) {
      let path = try call("GetUnit", .string(unit)).texts.first ?? ""
      guard BusValue.objectPath(path).isSound else {
        throw BusError(name: "", message: "it is at no object path: \(path.quoted)")
      }
      let interface =
        switch property {
        case "ControlGroup": unit.hasSuffix(".slice") ? "Slice" : "Scope"
        default: "Unit"
        }
      return try get(property, of: path, "org.freedesktop.systemd1.\(interface)")
    } catch  where error.name == BusError.noSuchUnit {
      return nil
    } catch {
      throw Self.failure("look at", unit, error)
    }
  }

  /// The names of the cgroups around all units, from the root of the hierarchy
  /// on: none for the systemd of a machine.
  func ownCgroup() throws(RuntimeError) -> [String] {
    let path = try about("ControlGroup")
    let names = path.split(separator: "/").map(String.init)
    return names.last == "init.scope" ? names.dropLast() : names
  }

  /// The version's number.
  func version() throws(RuntimeError) -> Int {
    if let knownVersion { return knownVersion }
    // Such as `252.39-1~deb12u2`, or `v252` in older ones.
    let digits = try about("Version").drop { !$0.isNumber }.prefix { $0.isNumber }
    let version = Int(digits) ?? 0
    knownVersion = version
    return version
  }

  private func about(_ property: String) throws(RuntimeError) -> String {
    do throws(BusError) {
      return try get(property, of: Self.path, Self.interface)
    } catch {
      throw RuntimeError(.failed, "ask systemd for its \(property): \(error)")
    }
  }

  private func get(
    _ property: String, of path: String, _ interface: String
  ) throws(BusError) -> String {
    let message = BusMessage(to: Self.destination, path, Self.properties, "Get")
    return try bus.call(message.append([.string(interface), .string(property)])).variantText
  }

  // MARK: Jobs

  /// Calls what starts a job, and waits for the job's end.
  private func run(
    _ verb: String, _ unit: String, until deadline: Deadline,
    _ begin: () throws(BusError) -> BusMessage
  ) throws(RuntimeError) {
    do throws(BusError) {
      try watchJobs()
      let job = try begin().texts.first ?? ""
      guard let result = try result(of: job, until: deadline) else {
        throw BusError(name: "", message: "systemd did not get to it in time")
      }
      if result != "done" {
        throw BusError(name: "", message: "the job ended with \(result)")
      }
    } catch {
      throw Self.failure(verb, unit, error)
    }
  }

  /// Signals of the manager are sent to those who subscribe, and only what
  /// comes after the rule is seen.
  private func watchJobs() throws(BusError) {
    if isWatching { return }
    try bus.watch(
      "type='signal',sender='\(Self.destination)',interface='\(Self.interface)',"
        + "member='JobRemoved'")
    _ = try call("Subscribe")
    isWatching = true
  }

  private func result(of job: String, until deadline: Deadline) throws(BusError) -> String? {
    while let message = try bus.next(until: deadline) {
      if message.isSignal(Self.interface, "JobRemoved") {
        // Number, job, unit, result.
        let texts = message.texts
        if texts.count > 3, texts[1] == job { return texts[3] }
      }
      // There may be no end of those of other jobs.
      if deadline.hasPassed { break }
    }
    return nil
  }

  private func call(_ member: String, _ values: BusValue...) throws(BusError) -> BusMessage {
    let message = BusMessage(to: Self.destination, Self.path, Self.interface, member)
    return try bus.call(message.append(values))
  }

  private static func failure(_ verb: String, _ unit: String, _ error: BusError) -> RuntimeError {
    let kind: RuntimeError.Kind =
      switch error.name {
      case BusError.unitExists: .alreadyExists
      case BusError.noSuchUnit: .notOurs
      case BusError.accessDenied: .permissionDenied
      default: .failed
      }
    return RuntimeError(kind, "\(verb) \(unit): \(error)")
  }
}
