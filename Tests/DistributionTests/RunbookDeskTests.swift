// SPDX-License-Identifier: Apache-2.0
import Bundles
import Distribution
import Foundation
import Intents
import SystemPackage
import Testing
import Trust

@Suite struct RunbookDeskTests {
  @Test("the same plan announced again is the same script, after a restart too")
  func again() throws {
    let rig = try RunbookRig()
    let work: [PlannedWork] = [.deploy(try Runbooks.intent(), try Runbooks.manifest())]
    try rig.announce(work)
    let first = try rig.scriptBytes()
    try rig.announce(work)
    #expect(try rig.scriptBytes() == first)
    try rig.restart()
    try rig.announce(work)
    #expect(try rig.scriptBytes() == first)
    #expect(try rig.script().plan.number == 1)
  }

  @Test("another plan withdraws the script; a result of it is still taken")
  func withdrawn() throws {
    let rig = try RunbookRig()
    let intent = try Runbooks.intent(collection: "Site 1")
    try rig.announce([.deploy(intent, Runbooks.manifest())])
    let (name, lines) = try RunbookResultTests.result(rig)
    try rig.announce([.deploy(intent, Runbooks.manifest())], bundle: 43)
    #expect(try rig.script().plan.number == 2)
    #expect(try rig.scripts == [try rig.script().fileName])
    try rig.scratch.write(lines.joined(separator: "\n") + "\n", to: "inbox/\(name)")
    try rig.announce([.deploy(intent, Runbooks.manifest())], bundle: 43)
    #expect(rig.point.desk.refused.isEmpty)
    #expect(try rig.apply(intent) == .done("PS120001"))
  }

  @Test("a crash after any write is made good by the next run")
  func crashes() throws {
    let intent = try Runbooks.intent(collection: "Site 1")
    let work: [PlannedWork] = [.deploy(intent, try Runbooks.manifest())]
    var writes = 0
    while true {
      let rig = try RunbookRig()
      rig.memory.writesLeft = writes
      var isWhole = true
      do {
        try rig.announce(work)
        let (name, lines) = try RunbookResultTests.result(rig)
        try rig.scratch.write(lines.joined(separator: "\n") + "\n", to: "inbox/\(name)")
        try rig.announce(work)
      } catch let refusal as Refusal where refusal.code == TestReason.stopped.code {
        isWhole = false
      }
      rig.memory.writesLeft = .max
      try rig.restart()
      try rig.announce(work)
      if try !rig.scripts.isEmpty {
        let (name, lines) = try RunbookResultTests.result(rig)
        try rig.scratch.write(lines.joined(separator: "\n") + "\n", to: "inbox/\(name)")
        try rig.announce(work)
      }
      #expect(try rig.apply(intent) == .done("PS120001"), "after \(writes) writes")
      #expect(try rig.scripts.isEmpty)
      if isWhole { break }
      writes += 1
    }
    #expect(writes > 5)
  }

  @Test("a copy of an earlier run of the same script is no news")
  func stale() throws {
    let (rig, intent) = try RunbookResultTests.rig { _ in }
    let name = try FileQuery.names(in: rig.inbox)[0]
    let (_, lines) = try RunbookResultTests.result(rig)
    let older = lines.map {
      $0.replacing("2026-11-02", with: "2026-11-01").replacing(#""done""#, with: #""already""#)
        .replacing("PS120001", with: "PS129999")
    }
    try rig.scratch.write(older.joined(separator: "\n") + "\n", to: "inbox/\(name)")
    try rig.announce([.deploy(intent, Runbooks.manifest())])
    #expect(try rig.apply(intent) == .done("PS120001"))
  }

  @Test("what is not announced waits for a plan: no script without what people reviewed")
  func unannounced() throws {
    let rig = try RunbookRig()
    guard case .pending = try rig.apply(Runbooks.intent()) else { throw TestFailure(text: "done") }
    #expect(try rig.scripts.isEmpty)
  }

  @Test("a collection outside the approved mapping refuses its intent, and others go on")
  func unmapped() throws {
    let rig = try RunbookRig()
    let other = try Runbooks.intent("other", collection: "Elsewhere")
    let intent = try Runbooks.intent()
    try rig.announce([.deploy(other, Runbooks.manifest()), .deploy(intent, Runbooks.manifest())])
    refuses(.collectionRefused) { _ = try rig.apply(other) }
    guard case .pending = try rig.apply(intent) else { throw TestFailure(text: "done") }
    #expect(try rig.scripts.count == 1)
    #expect(DistributionReason.collectionRefused.exit == .policyViolation)
  }

  @Test("two versions of one product do not share a package: the second intent is refused")
  func versions() throws {
    let rig = try RunbookRig()
    let first = try Runbooks.intent()
    let second = try Runbooks.intent("other", collection: "Site 1", content: "tool 4.0")
    try rig.announce([.deploy(first, Runbooks.manifest()), .deploy(second, Runbooks.manifest())])
    guard case .pending = try rig.apply(first) else { throw TestFailure(text: "done") }
    refuses(.inUse) { _ = try rig.apply(second) }
  }

  @Test("a desk by itself: a step that no script holds goes into the next one")
  func alone() throws {
    let scratch = try Scratch()
    let memory = CrashingMemory()
    func open() throws -> RunbookDesk {
      try RunbookDesk(
        memory: memory, outbox: scratch.path.appending("out"),
        inbox: scratch.path.appending("in"), header: Runbooks.header)
    }
    let desk = try open()
    let package = StepID.known(try Runbooks.id("PS100001"))
    let points = [try Runbooks.text("dp1.corp.test", .host)]
    let one = SiteStep(
      try #require(StepKey("distribution.x@1")), for: try Runbooks.name("x"),
      .distribute(package: package, points: points))
    let two = SiteStep(
      try #require(StepKey("content.x@1")), for: try Runbooks.name("x"),
      .readContent(package: package, points: points), after: [one.key])
    guard case .pending = try desk.settle(two, needing: [one]) else {
      throw TestFailure(text: "done")
    }
    #expect(try FileQuery.names(in: desk.outbox).count == 1)
    #expect(desk.newestScript?.plan.steps.map(\.step.key) == [one.key, two.key])
    let names = try FileQuery.names(in: desk.outbox)
    let again = try open()
    guard case .pending = try again.settle(one), case .pending = try again.settle(two) else {
      throw TestFailure(text: "done")
    }
    #expect(try FileQuery.names(in: desk.outbox) == names)
  }

  @Test("memory that someone edited is damage")
  func damagedMemory() throws {
    let rig = try RunbookRig()
    try rig.announce([.deploy(Runbooks.intent(), Runbooks.manifest())])
    for key in rig.memory.values.keys { rig.memory.values[key] = Array("{}".utf8) }
    refuses(.recordDamaged) { try rig.restart() }
  }
}
