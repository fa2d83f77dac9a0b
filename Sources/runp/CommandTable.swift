// SPDX-License-Identifier: Apache-2.0

/// The commands that can be called.
enum CommandTable {
  /// All of them, in the order that help shows.
  static var all: [any Command.Type] {
    [
      CreateCommand.self, StartCommand.self, StateCommand.self, KillCommand.self,
      DeleteCommand.self, RunCommand.self, ExecCommand.self, ListCommand.self, PsCommand.self,
      PauseCommand.self, ResumeCommand.self, EventsCommand.self, UpdateCommand.self,
      PodCreateCommand.self, PodStartCommand.self, PodRunCommand.self, PodStateCommand.self,
      PodListCommand.self, PodPsCommand.self, PodKillCommand.self, PodStopCommand.self,
      PodDeleteCommand.self, PodPauseCommand.self, PodResumeCommand.self,
      PodEventsCommand.self, PodUpdateCommand.self,
      SpecCommand.self, FeaturesCommand.self, CompletionCommand.self, ManCommand.self,
      HelpCommand.self,
    ]
  }

  /// What groups of commands are, such as `pod`.
  static func summary(ofGroup name: String) -> String? {
    name == "pod" ? "containers that share namespaces, memory and limits" : nil
  }

  /// What help, manual and completions need of the commands that they show.
  static var shown: [CommandInfo] {
    all.filter { !$0.isHidden }.map { $0.info }
  }

  /// The command of a name.
  static func command(_ name: String) -> (any Command.Type)? {
    all.first { $0.name == name }
  }

  /// The commands of a group.
  static func group(_ name: String) -> [any Command.Type] {
    all.filter { $0.name.hasPrefix("\(name) ") }
  }
}
