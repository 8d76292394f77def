// SPDX-License-Identifier: Apache-2.0
package import ArgumentParser

/// In which form people or programs want to see how far long work is.
package enum ProgressForm: String, CaseIterable, ExpressibleByArgument, Sendable {
  case auto, bar, plain, json
  case silent = "none"

  /// What it comes to; nil when nothing is shown.
  ///
  /// - Parameters:
  ///   - isJSON: whether the result is for a program, which then asks for progress too if it wants it.
  ///   - isTerminal: whether standard error is a terminal that can rewrite a line.
  package func style(isJSON: Bool, isTerminal: Bool) -> ProgressPrinter.Style? {
    switch self {
    case .auto: isJSON ? nil : isTerminal ? .bar : .plain
    case .bar: .bar
    case .plain: .plain
    case .json: .json
    case .silent: nil
    }
  }
}

/// Options of every command whose work may be long.
package struct ProgressOptions: ParsableArguments {
  @Option(
    name: .customLong("progress"),
    help: ArgumentHelp(
      """
      How standard error shows how far the work is: a bar, a plain line now and then, one JSON object a line, \
      or nothing. auto is a bar on a terminal, plain lines elsewhere, and nothing with --json.
      """, valueName: "form"))
  package var form: ProgressForm = .auto

  package init() {}
}
