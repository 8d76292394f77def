// SPDX-License-Identifier: Apache-2.0

/// One way in which something can be refused. Each module keeps its own enum of these, with the stable
/// code as raw value: `WB`, the two digits of the exit code, and two more.
package protocol RefusalReason: Sendable {
  /// The stable code, such as `WB1203`.
  var code: String { get }
  /// One line, lower-case start, no final full stop: what this code says, without the facts of a case.
  var summary: String { get }
  /// What to do next, and whom to call.
  var hint: String { get }
}

extension RefusalReason where Self: RawRepresentable, RawValue == String {
  package var code: String { rawValue }
}

extension RefusalReason {
  /// The exit code that the two digits after `WB` name.
  package var exit: ExitCode {
    Int(code.dropFirst(2).prefix(2)).flatMap(ExitCode.init(rawValue:)) ?? .internalError
  }
}

/// A refusal: the reason with the facts of this case. The only error that libraries of Waybill throw.
package struct Refusal: Error, Sendable {
  package let reason: any RefusalReason
  /// What the refusal is about: a file, role, block, intent, field …
  package let subject: String
  /// The value that was met, as text from outside (escape before showing).
  package let seen: String
  /// The value that would have been accepted.
  package let expected: String
  /// What had been changed when this was refused; nothing, unless said.
  package var changed: String

  package init(
    _ reason: any RefusalReason, _ subject: String, seen: String, expected: String,
    changed: String = "nothing"
  ) {
    self.reason = reason
    self.subject = subject
    self.seen = seen
    self.expected = expected
    self.changed = changed
  }

  package var code: String { reason.code }
  package var exit: ExitCode { reason.exit }
  package var hint: String { reason.hint }
}

extension Refusal: CustomStringConvertible {
  package var description: String {
    "\(subject): \(reason.summary) (seen: \(seen); expected: \(expected))"
  }
}
