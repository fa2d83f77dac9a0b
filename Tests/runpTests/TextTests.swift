// SPDX-License-Identifier: Apache-2.0

import Foundation
import Support
import Testing

@testable import runp

/// The tables of all commands, those that are not registered yet included.
let allCommands: [CommandInfo] = [
  CreateCommand.info, StartCommand.info, RunCommand.info, ExecCommand.info, StateCommand.info,
  ListCommand.info, KillCommand.info, DeleteCommand.info, SpecCommand.info, FeaturesCommand.info,
  PodCreateCommand.info, PodStartCommand.info, PodRunCommand.info, PodStateCommand.info,
  PodListCommand.info, PodKillCommand.info, PodStopCommand.info, PodDeleteCommand.info,
  CompletionCommand.info,
]

@Suite struct TextTests {
  @Test(arguments: allCommands.indices)
  func helpHasEveryOptionAndArgument(index: Int) {
    let command = allCommands[index]
    let help = HelpText.help(for: command)
    #expect(help.hasPrefix("runp \(command.name) - \(command.summary)\n"))
    for option in command.options {
      #expect(help.contains("--\(option.name)") == !option.isHidden)
      if let letter = option.letter, !option.isHidden {
        #expect(help.contains("-\(letter), --\(option.name)"))
      }
    }
    for argument in command.arguments { #expect(help.contains("  \(argument.name)  ")) }
    for line in help.split(separator: "\n") { #expect(line.count < 80) }
  }

  @Test(arguments: allCommands.indices)
  func tableIsSound(index: Int) {
    let command = allCommands[index]
    let options = command.options + [OptionScanner.help]
    #expect(Set(options.map(\.name)).count == options.count)
    let letters = options.compactMap(\.letter)
    #expect(Set(letters).count == letters.count)
    for text in [command.summary] + options.map(\.help) + command.arguments.map(\.help) {
      #expect(!text.isEmpty && text.last != ".")
    }
  }

  @Test func overviewHasEveryRegisteredCommand() {
    for command in CommandTable.shown {
      #expect(HelpText.overview.contains("\n  \(command.name)"))
    }
    #expect(!HelpText.overview.contains("--criu"))
  }

  @Test func manualHasEveryOption() {
    let page = ManPage.text(for: allCommands)
    for command in allCommands {
      #expect(page.contains(".SS runp \(command.name) "))
      for option in command.options where !option.isHidden {
        #expect(page.contains("\\-\\-\(ManPage.escaped(option.name))\\fR"))
      }
    }
  }

  @Test func manualHasEveryVariableThatIsRead() {
    let page = ManPage.text(for: allCommands)
    for variable in ["DBUS_SESSION_BUS_ADDRESS", "LISTEN_FDS", "PATH", "XDG_RUNTIME_DIR"] {
      #expect(page.contains("\n.B \(variable)\n") || page.contains("\n.BR \(variable) "))
    }
  }

  @Test func manualIsFreeOfWarnings() throws {
    guard FileManager.default.isExecutableFile(atPath: "/usr/bin/groff") else { return }
    let result = try Program.run(
      "/usr/bin/groff", ["-man", "-ww", "-Tutf8", "-P-cbou"], input: ManPage.text(for: allCommands))
    #expect(result.status == 0)
    #expect(result.error == "")
    #expect(result.output.contains("pod create"))
  }

  @Test(arguments: [
    ("a-b", "a\\-b"), ("it's", "it\\(aqs"), (".x", "\\&.x"), ("a.b", "a.b"), ("\\", "\\e"),
    ("x\n.y", "x\n\\&.y"),
  ])
  func roffIsEscaped(text: String, escaped: String) {
    #expect(ManPage.escaped(text) == escaped)
  }
}
