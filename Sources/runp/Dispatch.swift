// SPDX-License-Identifier: Apache-2.0

internal import Container
internal import Kernel

/// One call of runp, from its words to its exit status.
struct Dispatch {
  /// The last part of `argv[0]`.
  let program: String
  /// The surroundings.
  let environment: Environment

  /// Does what the words ask for.
  ///
  /// - Returns: the exit status.
  func run(_ words: [String]) -> Int32 {
    do {
      guard let (global, rest) = try GlobalOptions.parse(words) else {
        return show(HelpText.overview, Log())
      }
      return run(rest, global)
    } catch {
      return fail(error, HelpText.usage, Log())
    }
  }

  private func run(_ rest: [String], _ global: GlobalOptions) -> Int32 {
    var log = Log()
    do {
      if global.version { return show(Version.text(program: program), log) }
      guard let first = rest.first else { return show(HelpText.overview, log) }
      log = try Log(path: try global.logPath(), format: global.logFormat, least: global.leastLevel)
      let context = CommandContext(global: global, environment: environment, log: log)
      if let command = CommandTable.command(first) {
        return command.invoke(self, Array(rest.dropFirst()), context)
      }
      return runGroup(first, Array(rest.dropFirst()), context)
    } catch {
      log.fatal(error.description)
      return CommandStatus.failure
    }
  }

  /// Runs a command whose name has two words, such as `pod create`.
  private func runGroup(_ group: String, _ words: [String], _ context: CommandContext) -> Int32 {
    if CommandTable.group(group).isEmpty {
      context.log.fatal(CommandTable.unknown(group), usage: HelpText.hint)
      return CommandStatus.failure
    }
    guard let second = words.first, !["-h", "-help", "--help"].contains(second) else {
      if words.isEmpty {
        context.log.fatal(
          "\"\(group)\" requires a command", usage: HelpText.overview(ofGroup: group))
        return CommandStatus.failure
      }
      return show(HelpText.overview(ofGroup: group), context.log)
    }
    guard let command = CommandTable.command("\(group) \(second)") else {
      context.log.fatal(
        CommandTable.unknown("\(group) \(second)"),
        usage: "See 'runp \(group) --help' for the commands.\n")
      return CommandStatus.failure
    }
    return command.invoke(self, Array(words.dropFirst()), context)
  }

  /// Calls a command with the words after its name.
  ///
  /// - Returns: the exit status.
  func invoke<C: Command>(
    _ command: C.Type, _ words: [String], _ context: CommandContext
  ) -> Int32 {
    let arguments: C.Arguments
    do {
      guard let parsed = try command.parse(words) else {
        return show(HelpText.help(for: command.info), context.log)
      }
      arguments = parsed
    } catch {
      let status = error.showsUsage ? CommandStatus.failure : command.failureStatus
      return fail(error, HelpText.usage(of: command.info), context.log, status)
    }
    if command.entersContainers, !OwnProcess.mayEnterContainers {
      context.log.fatal("the program is not sealed, and a container could overwrite it")
      return command.failureStatus
    }
    let step = command.step(arguments)
    // Not all of the words: those of exec may be secrets.
    context.log.debug("runp \(runtimeVersion): \(step), state in \(context.stateRoot)")
    do {
      let status = try command.run(arguments, context)
      context.log.debug("\(step): exit status \(status)")
      return status
    } catch {
      context.log.debug("\(step): exit status \(command.failureStatus)")
      context.log.fatal(error.adding(step).description)
      return command.failureStatus
    }
  }

  private func show(_ text: String, _ log: Log) -> Int32 {
    do {
      try Output.write(text)
      return CommandStatus.success
    } catch {
      log.fatal(error.description)
      return CommandStatus.failure
    }
  }

  private func fail(
    _ error: UsageError, _ usage: String, _ log: Log, _ status: Int32 = CommandStatus.failure
  ) -> Int32 {
    log.fatal(error.message, usage: error.showsUsage ? usage : "")
    return status
  }
}
