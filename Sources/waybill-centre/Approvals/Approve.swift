// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Bundles
import Centre
import Intents
import SystemPackage
import Terminal
import Trust

struct Approve: WaybillCommand {
  static let configuration = CommandConfiguration(
    commandName: "approve", abstract: "Approve with your own key what waits for officers.",
    discussion: """
      Shows what waits for a site: its enrolment, which two officers confirm, also when it is set up anew; or the \
      next bundle, when something in it is called critical or privileged by release signers, goes back to an \
      older version or is taken away, or when policy has every change approved. You type the first 8 digits of its \
      digest, and your key signs it. `plan` shows the same digest without a key.

      Somebody who approves elsewhere writes the signed approval to a file with --to; --add takes it here.
      """)

  @OptionGroup var common: CommonOptions
  @OptionGroup var centre: CentreOptions
  @OptionGroup var signing: SigningOptions
  @Argument(help: "The site's id.") var site: String
  @Option(help: ArgumentHelp("Also write the signed approval to this file.", valueName: "file"))
  var to: String?
  @Option(help: ArgumentHelp("Take approvals that were signed elsewhere.", valueName: "file"))
  var add: String?
  @Option(help: ArgumentHelp("Days for which it counts, at most 30.", valueName: "n"))
  var days: Int64 = 7

  func validate() throws {
    guard (signing.key == nil) != (add == nil) else {
      throw ValidationError("give either --key or --add")
    }
    guard (1...BundleLimits.approvalDays).contains(days) else {
      throw ValidationError("--days takes 1 to \(BundleLimits.approvalDays)")
    }
  }

  func perform(_ console: Console) throws -> Outcome {
    let profile = try centre.open(console)
    let record = try profile.ledger.site(try Given.site(site))
    let desk = OfficerDesk(of: profile, at: SystemClock.now())
    guard let question = try desk.waiting(for: record) else {
      throw Refusal(
        CentreReason.nothingWaits, "site \(record.id)", seen: "nothing that waits",
        expected: "an enrolment, or a bundle with something to approve")
    }
    var standing: OfficerDesk.Standing?
    if let add {
      for statement in try ApprovalFile.read(FilePath(add)) {
        standing = try desk.take(statement, for: question)
      }
    } else {
      try signing.ask(
        question.subject.role.rawValue, question.words, question.subject.plan, console)
      let (statement, now) = try desk.sign(
        question, by: try signing.secretKey(isRehearsal: profile.isRehearsal), days: days)
      if let to { try ApprovalFile.write([statement], to: FilePath(to)) }
      standing = now
    }
    return outcome(question, standing)
  }

  private func outcome(
    _ question: OfficerDesk.Question, _ standing: OfficerDesk.Standing?
  ) -> Outcome {
    let people = standing?.people ?? []
    let names = people.map(\.name.text).joined(separator: ", ")
    let isGranted = standing?.isGranted ?? false
    return Outcome(
      lines: [
        "\(question.subject.role.rawValue) \(question.subject.digits): \(people.count) of "
          + "\(standing?.threshold ?? 0) approvals: \(names)",
        isGranted ? "Enough: go on." : "The next officer runs `waybill-centre approve`.",
      ],
      facts: [
        ("site", .string(question.subject.site.text)),
        ("role", .string(question.subject.role.rawValue)),
        ("plan_digest", .string(question.subject.plan.hex)), ("granted", .bool(isGranted)),
        ("people", .array(people.map { .string($0.name.text) })),
      ])
  }
}
