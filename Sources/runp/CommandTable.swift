// SPDX-License-Identifier: Apache-2.0

/// The commands that can be called.
enum CommandTable {
  /// All of them, in the order that help shows.
  static var all: [CommandEntry] {
    [
      .init(CreateCommand.self), .init(StartCommand.self), .init(StateCommand.self),
      .init(KillCommand.self), .init(DeleteCommand.self), .init(RunCommand.self),
      .init(ExecCommand.self), .init(ListCommand.self), .init(PsCommand.self),
      .init(PauseCommand.self), .init(ResumeCommand.self), .init(EventsCommand.self),
      .init(UpdateCommand.self), .init(PodCreateCommand.self), .init(PodStartCommand.self),
      .init(PodRunCommand.self), .init(PodStateCommand.self), .init(PodListCommand.self),
      .init(PodPsCommand.self), .init(PodKillCommand.self), .init(PodStopCommand.self),
      .init(PodDeleteCommand.self), .init(PodPauseCommand.self), .init(PodResumeCommand.self),
      .init(PodEventsCommand.self), .init(PodUpdateCommand.self), .init(SpecCommand.self),
      .init(FeaturesCommand.self), .init(CompletionCommand.self), .init(ManCommand.self),
      .init(HelpCommand.self),
    ]
  }

  /// What groups of commands are, such as `pod`.
  static func summary(ofGroup name: String) -> String? {
    name == "pod" ? "containers that share namespaces, memory and limits" : nil
  }

  /// What help, manual and completions need of the commands that they show.
  static var shown: [CommandInfo] {
    all.filter { !$0.isHidden }.map { $0.info() }
  }

  /// The command of a name.
  static func command(_ name: String) -> CommandEntry? {
    all.first { $0.name == name }
  }

  /// The commands of a group.
  static func group(_ name: String) -> [CommandEntry] {
    all.filter { $0.name.hasPrefix("\(name) ") }
  }
}

/// What the table knows of a command, whatever its arguments are.
struct CommandEntry {
  /// The word or words that call it.
  let name: String
  /// One line on what it does.
  let summary: String
  /// Whether help, manual and completions leave it out.
  let isHidden: Bool
  /// Whether its processes can be seen in containers.
  let entersContainers: Bool
  /// Makes what help, manual and completions need of its table.
  let info: () -> CommandInfo
  /// Calls it with the words after its name.
  let invoke: (Dispatch, [String], CommandContext) -> Int32

  /// The entry of a command.
  init<C: Command>(_ command: C.Type) {
    name = C.name
    summary = C.summary
    isHidden = C.isHidden
    entersContainers = C.entersContainers
    info = { C.info }
    invoke = { $0.invoke(C.self, $1, $2) }
  }
}
