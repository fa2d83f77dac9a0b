// SPDX-License-Identifier: Apache-2.0

import Foundation
import Support
import Testing

@testable import runp

@Suite struct CompletionTests {
  private static let bash = BashCompletion.text(for: allCommands)

  /// What bash offers for the last of the words.
  ///
  /// `runp` is a function here, which lists two IDs and tells how it was called.
  private func offers(_ words: [String], in directory: String = "/") throws -> [String] {
    let script = """
      source /dev/stdin
      if [[ $PWD != / ]]; then log=calls; else log=/dev/null; fi
      compopt() { echo "compopt $*" >>"$log"; }
      runp() {
        echo "$*" >>"$log"
        case "$*" in
          'list --quiet') echo c1 c2 ;;
          '--root /r list --quiet') echo r1 ;;
          'pod list --quiet') echo p1 ;;
        esac
      }
      COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
      _runp
      printf '%s\\n' "${COMPREPLY[@]}"
      """
    let result = try Program.run(
      "/bin/bash", ["--norc", "-c", script, "bash"] + words, input: Self.bash,
      directory: directory)
    #expect(result.error == "", "\(words)")
    return result.output.split(separator: "\n").map(String.init)
  }

  @Test(arguments: [
    (["runp", "c"], ["create", "completion"]),
    (["runp", "--debug", "st"], ["start", "state"]),
    (["runp", "--root", "/x", "st"], ["start", "state"]),
    (["runp", "--root=/x", "st"], ["start", "state"]),
    (["runp", "--root", "=", "/x", "st"], ["start", "state"]),
    (["runp", "pod", "st"], ["start", "state", "stop"]),
    (["runp", "--log-l"], ["--log-level"]),
    (["runp", "--log-level", ""], ["error", "warning", "info", "debug"]),
    (["runp", "--log-level", "=", "w"], ["warning"]),
    (["runp", "create", "--p"], ["--pod", "--pidfd-socket", "--pid-file", "--preserve-fds"]),
    (["runp", "create", "--pod", ""], ["p1"]),
    (["runp", "create", ""], []),
    (["runp", "pod", "delete", "-"], ["-f", "--force", "-h", "--help"]),
    (["runp", "pod", "state", ""], ["p1"]),
    (["runp", "start", ""], ["c1", "c2"]),
    (["runp", "--root", "/r", "state", ""], ["r1"]),
    (["runp", "kill", "c1", "SIGUSR"], ["SIGUSR1", "SIGUSR2"]),
    (["runp", "kill", "--all", "c1", "SIGKI"], ["SIGKILL"]),
    (["runp", "exec", "-u", "0", ""], ["c1", "c2"]),
    (["runp", "exec", "c1", "--e"], []),
    (["runp", "list", "-f", ""], ["table", "json"]),
    (["runp", "completion", ""], ["bash", "zsh", "fish"]),
    (["runp", "exec", "--tty", "=", "true", "c"], ["c1", "c2"]),
    (["runp", "-root", "/r", "state", ""], ["r1"]),
    (["runp", "-root", "=", "/r", "state", ""], ["r1"]),
    (["runp", "-root=/r", "state", ""], ["r1"]),
    (["runp", "-log-level", "w"], ["warning"]),
    (["runp", "exec", "-user", "0", ""], ["c1", "c2"]),
    (["runp", "exec", "-td", ""], ["c1", "c2"]),
    (["runp", "exec", "-tu", "0", ""], ["c1", "c2"]),
    (["runp", "exec", "-eA", ""], ["c1", "c2"]),
  ])
  func bashOffers(words: [String], offered: [String]) throws {
    #expect(try Set(offers(words)) == Set(offered))
  }

  @Test func bashOffersPaths() throws {
    let directory = TemporaryDirectory()
    try FileManager.default.createDirectory(
      atPath: "\(directory.path)/bundle 1", withIntermediateDirectories: false)
    try Data().write(to: URL(fileURLWithPath: "\(directory.path)/bundle.json"))
    let path = directory.path
    #expect(try offers(["runp", "create", "-b", "bu"], in: path) == ["bundle 1"])
    #expect(
      try Set(offers(["runp", "create", "--config", "bu"], in: path))
        == ["bundle 1", "bundle.json"])
  }

  @Test func bashLooksOnlyForWhatItOffers() throws {
    let directory = TemporaryDirectory()
    try FileManager.default.createDirectory(
      atPath: "\(directory.path)/c1", withIntermediateDirectories: false)
    let words = ["runp", "--root", "/r", "create", "--pod", "p1", "-b", "b", "-f", "c"]
    // Among paths readline takes a word for a directory of the same name.
    _ = try offers(["runp", "--root", "/r", "state", "r"], in: directory.path)
    #expect(try calls(in: directory) == ["--root /r list --quiet"])
    _ = try offers(words, in: directory.path)
    #expect(try calls(in: directory) == ["compopt -o filenames"])
    _ = try offers(words + [""], in: directory.path)
    #expect(try calls(in: directory) == [])
  }

  /// What the last completion called, which is forgotten then.
  private func calls(in directory: TemporaryDirectory) throws -> [String] {
    let path = "\(directory.path)/calls"
    defer { try? FileManager.default.removeItem(atPath: path) }
    guard let text = try? String(contentsOfFile: path, encoding: .utf8) else { return [] }
    return text.split(separator: "\n").map(String.init)
  }

  @Test func everyShellHasEveryOption() {
    let zsh = ZshCompletion.text(for: allCommands)
    let fish = FishCompletion.text(for: allCommands)
    for command in allCommands {
      for option in command.shownOptions {
        #expect(Self.bash.contains("--\(option.name)"))
        #expect(zsh.contains("--\(option.name)"))
        #expect(fish.contains("__runp_at \"\(command.name)\"' -l \(option.name)"))
      }
    }
  }

  @Test(arguments: ["zsh", "fish"])
  func otherShellsReadTheirs(shell: String) throws {
    let path = "/usr/bin/\(shell)"
    guard FileManager.default.isExecutableFile(atPath: path) else { return }
    let text =
      shell == "zsh" ? ZshCompletion.text(for: allCommands) : FishCompletion.text(for: allCommands)
    let result = try Program.run(path, ["-n"], input: text)
    #expect(result.status == 0)
    #expect(result.error == "")
  }

  /// Completes each line of standard input, in a zsh with a terminal of its own.
  private static let zshDriver = """
    zmodload zsh/zpty
    export TERM=dumb
    zpty z 'PS1= exec zsh -f -i'
    zpty -w z "PS1= PS2=; stty -echo; cd $1; fpath=($1 \\$fpath)
    autoload -Uz compinit; compinit -u -d $1/dump
    runp() {
      case \\"\\$*\\" in
        ('list --quiet') echo web ;;
        ('--root /r list --quiet') echo r1 ;;
        ('pod list --quiet') echo p1 ;;
      esac
    }
    show() { zle complete-word; print -r -- \\"<\\$BUFFER>\\"; BUFFER=; zle accept-line }
    zle -N show; bindkey '^T' show; print re''ady"
    zpty -r -m z out '*ready*'
    while IFS= read -r line; do
      zpty -w -n z "$line"$'\\x14'
      zpty -r -m z out '*<*>*'
      print -r -- ${${out##*<}%%>*}
    done
    zpty -d z
    """

  @Test func zshCompletes() throws {
    guard FileManager.default.isExecutableFile(atPath: "/usr/bin/zsh") else { return }
    let directory = TemporaryDirectory()
    try ZshCompletion.text(for: allCommands)
      .write(toFile: "\(directory.path)/_runp", atomically: true, encoding: .utf8)
    let lines = [
      ("runp kill web KI", "runp kill web KILL"), ("runp kill web SIGKI", "runp kill web SIGKILL"),
      ("runp kill web -KI", "runp kill web -KI"), ("runp state w", "runp state web"),
      ("runp --root /r state r", "runp --root /r state r1"),
      ("runp -root /r state r", "runp -root /r state r1"),
      ("runp -root=/r state r", "runp -root=/r state r1"),
      ("runp exec -user 0 w", "runp exec -user 0 web"),
      ("runp exec -tu 0 w", "runp exec -tu 0 web"),
      ("runp create -pod p", "runp create -pod p1"),
      ("runp exec --ignore-p", "runp exec --ignore-paused"),
    ]
    let result = try Program.run(
      "/usr/bin/timeout",
      ["60", "/usr/bin/zsh", "-f", "-c", Self.zshDriver, "zsh", directory.path],
      input: lines.map { "\($0.0)\n" }.joined())
    let completed = result.output.split(separator: "\n").map {
      $0.trimmingCharacters(in: .whitespaces)
    }
    #expect(completed == lines.map { $0.1 })
    #expect(result.error == "")
  }

  @Test(arguments: [
    ("runp st", ["start", "state"]),
    ("runp --root /x pod st", ["start", "state", "stop"]),
    ("runp -root /x pod st", ["start", "state", "stop"]),
    ("runp create --pi", ["--pid-file", "--pidfd-socket"]),
    ("runp --log-format ", ["json", "text"]),
    ("runp list --format=", ["--format=json", "--format=table"]),
  ])
  func fishOffers(line: String, offered: [String]) throws {
    let path = "/usr/bin/fish"
    guard FileManager.default.isExecutableFile(atPath: path) else { return }
    let result = try Program.run(
      path, ["--no-config", "-c", "source -; complete -C '\(line)'"],
      input: FishCompletion.text(for: allCommands))
    let words = result.output.split(separator: "\n").compactMap { $0.split(separator: "\t").first }
    #expect(Set(words.map(String.init)) == Set(offered))
    #expect(result.error == "")
  }
}
