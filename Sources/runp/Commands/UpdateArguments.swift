// SPDX-License-Identifier: Apache-2.0

internal import Container
internal import JSON
internal import Kernel
internal import RuntimeSpec

/// What `update` and `pod update` were asked for.
struct UpdateArguments: HasID, Equatable {
  /// The ID of the container or pod.
  var id = ""
  /// The file with the limits, `-` for standard input; the options that stand for
  /// limits mean nothing then.
  var file: String?
  /// Limits of memory and swap.
  var memory = LinuxMemory()
  /// Limits of processors.
  var cpu = LinuxCPU()
  /// How many processes there may be.
  var pids: Int64?
  /// The weight of block devices.
  var blockWeight: UInt16?
  /// Options that have no effect.
  var ignored: [String] = []

  /// The limits that the options stand for.
  var limits: LinuxResources {
    LinuxResources(
      memory: memory == LinuxMemory() ? nil : memory, cpu: cpu == LinuxCPU() ? nil : cpu,
      pids: pids.map { LinuxPids(limit: $0) },
      blockIO: blockWeight.map { LinuxBlockIO(weight: $0) })
  }

  /// The change that was asked for.
  func change(_ context: CommandContext) throws(RuntimeError) -> LinuxResources {
    guard let file else {
      for option in ignored {
        context.log.warning("--\(option) has no effect: cgroup v2 has no such limit")
      }
      return limits
    }
    do throws(RuntimeError) {
      let bytes = file == "-" ? try Self.standardInput() : try File.read(file)
      return try fromDocument { () throws(SpecError) in
        try ResourcesUpdate.decodeChange(bytes)
      }
    } catch {
      throw error.adding(file == "-" ? "standard input" : file)
    }
  }

  private static func standardInput() throws(RuntimeError) -> [UInt8] {
    let input = try Descriptor.copy(of: .input)
    return try File.readAll(input)
  }

  /// The text of help.
  static let details = """
    Limits that are not named stay as they are; when one cannot be set, all do. 0 leaves a limit
    alone where it cannot be one, and in a document that of processes, -1 takes it away. Bytes can
    have a unit: k, m, g, t or p.

    With --resources all other limits come from a document with the form of linux.resources in
    config.json; other options mean nothing then. Devices stay as they are if it has none.
    """
}

extension UpdateArguments {
  /// The options of both commands.
  static var options: [Option<UpdateArguments>] {
    [
      .path(
        "resources", "r", "FILE", "read the limits from a JSON file, or - for standard input"
      ) { $0.file = $1 }
    ] + memoryOptions + processorOptions + otherOptions
  }

  private static var memoryOptions: [Option<UpdateArguments>] {
    [
      limit("memory", "BYTES", "memory", Value.bytes) { $0.memory.limit = $1 },
      limit("memory-reservation", "BYTES", "protected memory", Value.bytes) {
        $0.memory.reservation = $1
      },
      limit("memory-swap", "BYTES", "memory and swap together", Value.bytes) {
        $0.memory.swap = $1
      },
    ]
  }

  private static var processorOptions: [Option<UpdateArguments>] {
    [
      limit("cpu-share", "SHARES", "weight, from 2 to 262144", Value.limit) { $0.cpu.shares = $1 },
      limit("cpu-period", "USEC", "period of the quota", Value.limit) { $0.cpu.period = $1 },
      limit("cpu-quota", "USEC", "processor time in a period", Value.limit) { $0.cpu.quota = $1 },
      limit("cpu-burst", "USEC", "processor time that can be saved up", Value.limit) {
        $0.cpu.burst = $1
      },
      limit("cpu-idle", "0|1", "1 to run only on idle processors", Value.limit) {
        $0.cpu.idle = $1
      },
      limit("cpuset-cpus", "LIST", "processors, such as 0-3,7", Value.list) { $0.cpu.cpus = $1 },
      limit("cpuset-mems", "LIST", "memory nodes, such as 0-3,7", Value.list) { $0.cpu.mems = $1 },
    ]
  }

  private static var otherOptions: [Option<UpdateArguments>] {
    [
      limit("pids-limit", "COUNT", "processes", Value.limit) { $0.pids = $1 },
      limit(
        "blkio-weight", "WEIGHT", "weight of block devices, from 10 to 1000", Value.limit
      ) { $0.blockWeight = $1 },
      ignored("cpu-rt-period"), ignored("cpu-rt-runtime"), ignored("kernel-memory"),
      ignored("kernel-memory-tcp"), refused("l3-cache-schema"), refused("mem-bw-schema"),
    ]
  }

  /// An option for a limit; an empty value leaves it alone.
  private static func limit<T>(
    _ name: String, _ valueName: String, _ help: String,
    _ parse: @escaping (String, String) throws(UsageError) -> T?,
    _ set: @escaping (inout UpdateArguments, T) -> Void
  ) -> Option<UpdateArguments> {
    .parsed(name, nil, valueName, help, parse) { arguments, value in
      if let value { set(&arguments, value) }
    }
  }

  /// An option that only cgroup v1 had a place for.
  private static func ignored(_ name: String) -> Option<UpdateArguments> {
    Option.value(name, nil, "VALUE", "has no effect") { arguments, _ in
      arguments.ignored.append(name)
    }.hidden
  }

  /// An option that asks for what runp cannot do.
  private static func refused(_ name: String) -> Option<UpdateArguments> {
    Option.parsed(
      name, nil, "VALUE", "not supported yet",
      { (text: String, name: String) throws(UsageError) in
        if !text.isEmpty { throw UsageError(value: "--\(name): not supported yet") }
      }, { _, _ in }
    ).hidden
  }
}
