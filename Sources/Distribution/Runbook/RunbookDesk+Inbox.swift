// SPDX-License-Identifier: Apache-2.0
import Bundles
package import Intents
import SystemPackage
import Trust

extension RunbookDesk {
  /// Reads every result in the inbox that is new.
  package func collect() throws(Refusal) {
    refused = []
    interrupted = []
    guard FileQuery.status(inbox)?.kind == .folder else { return }
    let names = try LibraryFailure.atPoint { () throws(Refusal) in
      try FileQuery.names(in: inbox, most: DistributionLimits.inboxEntries)
    }
    for name in names {
      guard let plan = RunbookDesk.plan(ofResult: name) else { continue }
      do throws(Refusal) {
        try take(name, of: plan)
      } catch
        where [.resultAltered, .resultForeign, .runbookTooLarge].contains(
          error.reason as? DistributionReason)
      {
        refused.append(error)
      }
    }
  }

  /// The digest in the name of a result file; nil for any other name.
  private static func plan(ofResult name: String) -> Digest? {
    let parts = name.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count == 2, parts[1] == "ndjson", parts[0].hasPrefix("waybill-result-") else {
      return nil
    }
    return Digest(hex: parts[0].dropFirst("waybill-result-".count))
  }

  private func take(_ name: String, of plan: Digest) throws(Refusal) {
    guard let issued = try memory.issued(plan) else {
      throw Refusal(
        DistributionReason.resultForeign, name, seen: "plan \(plan)",
        expected: newest.map { "a plan that was issued, such as \($0.plan)" } ?? "none yet")
    }
    let path = inbox.appending(name)
    guard let status = FileQuery.status(path), status.kind == .regular,
      status.length <= DistributionLimits.runbookResult
    else {
      throw Refusal(
        DistributionReason.runbookTooLarge, name, seen: "no regular file, or a larger one",
        expected: "a file of at most \(DistributionLimits.runbookResult) bytes")
    }
    let bytes = try LibraryFailure.atPoint { () throws(Refusal) in
      try FileQuery.contents(of: path, cap: DistributionLimits.runbookResult)
    }
    let digest = Digest.sha256(bytes)
    let before = try memory.accepted(plan)
    if before?.digest == digest { return }
    switch try RunbookResult.read(bytes, of: issued, named: name) {
    case .interrupted: interrupted.insert(plan)
    case .whole(let result):
      // A copy of an earlier run of the same script is no news.
      if let before, result.at < before.at { return }
      for line in result.lines { try book(line, issued) }
      try memory.remember(result.devices, steps: issued.steps)
      try memory.accept(plan, DeskMemory.Accepted(digest: digest, at: result.at))
    }
  }

  private func book(_ line: RunbookResult.Line, _ issued: IssuedRunbook) throws(Refusal) {
    var object = try memory.object(line.key.object) ?? ObjectMemory(number: issued.number)
    guard object.number <= issued.number else { return }
    object.number = issued.number
    switch line.outcome {
    case .done(let answer), .already(let answer):
      object.held = ObjectMemory.Held(key: line.key, answer: answer, at: line.at)
      object.failure = nil
    case .failed(let fault): object.failure = ObjectMemory.Failure(key: line.key, fault: fault)
    case .skipped:
      // What another version failed with says nothing of this one.
      object.failure = nil
    }
    try memory.remember(object, as: line.key.object)
  }
}
