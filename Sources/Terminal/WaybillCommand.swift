// SPDX-License-Identifier: Apache-2.0
package import ArgumentParser
import Glibc
import Intents

/// Options of every command.
package struct CommonOptions: ParsableArguments {
  @Flag(help: "Print the result as one JSON object on standard output.")
  package var json = false

  package init() {}
}

/// A command of one of our programs: does its work in `perform`, and ends with the exit code of its outcome.
package protocol WaybillCommand: ParsableCommand {
  var common: CommonOptions { get }
  /// How is shown how far its work is; people choose that for a `LongCommand`.
  var progressForm: ProgressForm { get }
  /// - Throws: `Refusal`; any other error is a defect and ends with 70.
  func perform(_ console: Console) throws -> Outcome
}

/// A command whose work may be long.
package protocol LongCommand: WaybillCommand {
  var progress: ProgressOptions { get }
}

extension LongCommand {
  package var progressForm: ProgressForm { progress.form }
}

extension WaybillCommand {
  package var progressForm: ProgressForm { .silent }

  package func run() throws {
    // Whatever a program of ours leaves behind is for its owner, unless said otherwise.
    umask(0o077)
    CoreDumps.refuse()
    let console = Console(json: common.json, progress: progressForm)
    let outcome: Outcome
    do {
      outcome = try perform(console)
    } catch {
      outcome = Outcome(failure: error, in: Self.configuration.commandName ?? "command")
    }
    // A result that nobody can read is none, whatever was done.
    if !console.finish(outcome), outcome.exit == .done {
      throw ArgumentParser.ExitCode(Int32(Intents.ExitCode.internalError.rawValue))
    }
    if outcome.exit != .done { throw ArgumentParser.ExitCode(Int32(outcome.exit.rawValue)) }
  }
}
