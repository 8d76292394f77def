// SPDX-License-Identifier: Apache-2.0
import Intents
import SystemPackage
import TestKit
import Testing

import Bundles
import Distribution
import Site
import Trust

/// Two people at one site, from the first bundle to the report.
struct ApprovalFlowTests {
  var centre: MiniCentre
  let site: MiniSite
  let tool: MiniCentre.Content

  init() throws {
    centre = try MiniCentre()
    centre.policy = MiniCentre.openPolicy(operators: 2)
    tool = try MiniCentre.content("tool", counter: 2)
    try centre.want("tool-lab", tool)
    site = try MiniSite(centre, operators: 2)
  }

  @Test mutating func `P01: without the second person all is verified and staged, and waits`()
    throws
  {
    _ = try centre.export(1, to: site.medium)
    let outcome = try site.run()
    #expect(outcome.exit == .approvalMissing)
    #expect(outcome.refusal?.code == "WB1582")
    #expect(outcome.refusal?.seen == "0 of 2 approvals")
    #expect(try site.point().contents.isEmpty)
    #expect(try site.open().store.usage().files == 2)
    #expect(try site.results().map(\.state) == [.waiting])
    #expect(try site.results().first?.reason?.contains("awaiting second person") == true)
  }

  @Test mutating func `P02: one person is not enough, the same again is refused, two are`() throws {
    _ = try centre.export(1, to: site.medium)
    try site.run()
    #expect(try site.approve(0)?.isGranted == false)
    #expect(try site.resume().outcome.exit == .approvalMissing)
    #expect(code { try site.approve(0) } == "WB1547")
    #expect(try site.approve(1)?.isGranted == true)
    let (_, outcome) = try site.resume()
    #expect(outcome.exit == .done, "\(String(describing: outcome.refusal))")
    #expect(try site.point().deployments.count == 1)
    #expect(try site.results().map(\.state) == [.applied])
  }

  @Test mutating func `the import itself goes on when it is run again after the approvals`() throws
  {
    _ = try centre.export(1, to: site.medium)
    try site.run()
    try site.approve(0, 1)
    #expect(try site.run().exit == .done)
    #expect(try site.run().bundles.map(\.state) == [.repeated])
  }

  @Test mutating func `P03: a stranger's key does not count and nothing is kept`() throws {
    _ = try centre.export(1, to: site.medium)
    try site.run()
    #expect(code { try site.approve(2) } == "WB1546")
    #expect(try site.open().journal.read { try $0.approvals() }.isEmpty)
  }

  @Test mutating func `A11: when the point changed, what was approved does not count`() throws {
    _ = try centre.export(1, to: site.medium)
    try site.run()
    try site.approve(0, 1)
    let request = try #require(CollectionName("By Hand"))
    _ = try site.open().point.get().ensureCollection(
      .init(name: request), key: .init(intent: try #require(Name("by-hand")), revision: 1))
    let (_, outcome) = try site.resume()
    #expect(outcome.exit == .approvalMissing)
    #expect(outcome.refusal?.seen.contains("not counted: approval of Anna: plan ") == true)
    #expect(try site.point().deployments.isEmpty)
    try site.approve(0, 1)
    #expect(try site.resume().outcome.exit == .done)
  }

  @Test mutating func `P03: approvals of one bundle do not count for the next`() throws {
    _ = try centre.export(1, to: site.medium)
    try site.run()
    try site.approve(0, 1)
    _ = try centre.export(2, to: site.temporary["second"])
    let outcome = try site.run(from: site.temporary["second"])
    #expect(outcome.exit == .approvalMissing)
    #expect(outcome.refusal?.seen.contains("approval of Anna: N 1, not N 2") == true)
  }

  @Test mutating func `P16: an approval that ran out stops before the first effect`() throws {
    _ = try centre.export(1, to: site.medium)
    try site.run()
    try site.approve(0, 1, days: 2)
    site.clock = site.clock.adding(days: 2)
    let (_, outcome) = try site.resume()
    #expect(outcome.exit == .approvalMissing)
    #expect(outcome.refusal?.seen.contains("expired") == true)
    #expect(try site.point().contents.isEmpty)
    try site.approve(0, 1)
    #expect(try site.resume().outcome.exit == .done)
  }

  @Test mutating func `P16: a newer policy that strikes an approver takes the approval away`()
    throws
  {
    _ = try centre.export(1, to: site.medium)
    try site.run()
    try site.approve(0)
    let anna = try MiniSite.person(0).approver.key.id
    let bo = try #require(Digest(hex: try MiniSite.person(1).approver.key.id.hex))
    centre.policy = MiniCentre.openPolicy(operators: 2, approvers: [bo])
    _ = try centre.export(2, to: site.temporary["second"])
    let outcome = try site.run(from: site.temporary["second"])
    #expect(
      outcome.refusal?.seen.contains("by key \(anna), not by one of the approvers: Bo") == true)
    #expect(code { try site.approve(0) } == "WB1546")
    try site.approve(1)
    #expect(try site.resume().outcome.exit == .approvalMissing)
  }

  @Test mutating func `P16: a run that was killed goes on under the approvals it began with`()
    throws
  {
    let other = try MiniCentre.content("other", counter: 1)
    try centre.want("z-other", other)
    _ = try centre.export(1, to: site.medium)
    try site.run()
    try site.approve(0, 1)
    // The point goes away behind the first intent.
    site.wrap = { FailingPoint($0, failsBehind: 4) }
    #expect(try site.resume().outcome.exit != .done)
    #expect(try site.open().journal.read { try $0.applied() }.count == 1)
    site.wrap = nil
    let (_, outcome) = try site.resume()
    #expect(outcome.exit == .done, "\(String(describing: outcome.refusal))")
    #expect(try site.point().deployments.count == 2)
  }

  @Test mutating func `P16: what was begun stops when its approvals ran out, and done steps stay`()
    throws
  {
    let other = try MiniCentre.content("other", counter: 1)
    try centre.want("z-other", other)
    _ = try centre.export(1, to: site.medium)
    try site.run()
    try site.approve(0, 1, days: 1)
    site.wrap = { FailingPoint($0, failsBehind: 4) }
    _ = try site.resume()
    site.wrap = nil
    site.clock = site.clock.adding(days: 1)
    #expect(try site.resume().outcome.exit == .approvalMissing)
    #expect(try site.point().deployments.count == 1)
    try site.approve(0, 1)
    #expect(try site.resume().outcome.exit == .done)
    #expect(try site.point().deployments.count == 2)
  }

  @Test mutating func `A16: a removal is done once it is approved, and reported`() throws {
    centre.policy = MiniCentre.openPolicy(operators: 1)
    _ = try centre.export(1, to: site.medium)
    try site.run()
    centre.intents = []
    _ = try centre.export(2, to: site.temporary["second"])
    let outcome = try site.run(from: site.temporary["second"])
    #expect(outcome.exit == .approvalMissing)
    #expect(outcome.refusal?.code == "WB1581")
    #expect(try site.point().deployments.count == 1)
    #expect(try site.results().map(\.state) == [.removalPending])
    try site.approve(0)
    #expect(try site.resume().outcome.exit == .done)
    #expect(try site.point().deployments.isEmpty)
    #expect(try site.results().map(\.state) == [.removed])
    // Its files stay held.
    #expect(try site.point().contents.map(\.manifest) == [tool.digest])
    _ = try site.enrol()
    _ = try site.report()
    let frozen = try site.open().journal.read { try $0.newestReport() }
    let state = try StateDocument(parsing: try #require(frozen).state)
    #expect(state.intents.map(\.state) == [.removed])
    #expect(state.heldManifests == [tool.digest])
    #expect(state.approvals.count == 1)
    #expect(try site.resume().outcome.exit == .done)
  }

  @Test mutating func `A16: where policy allows no removal, nobody is asked`() throws {
    centre.policy = MiniCentre.openPolicy(operators: 1)
    _ = try centre.export(1, to: site.medium)
    try site.run()
    centre.intents = []
    centre.policy = MiniCentre.openPolicy(operators: 1, removals: .never)
    _ = try centre.export(2, to: site.temporary["second"])
    #expect(try site.run(from: site.temporary["second"]).exit == .approvalMissing)
    #expect(try site.desk.waiting().isEmpty)
    #expect(try site.point().deployments.count == 1)
  }

  @Test mutating func `S06: a rollback waits for people though policy asks for few`() throws {
    centre.policy = MiniCentre.openPolicy(operators: 1)
    _ = try centre.export(1, to: site.medium)
    try site.run()
    let old = try MiniCentre.content("tool", counter: 1)
    centre.contents.append(old)
    centre.intents = [try MiniCentre.intent("tool-lab", old, revision: 2, rollback: true)]
    _ = try centre.export(2, to: site.temporary["second"])
    #expect(try site.run(from: site.temporary["second"]).exit == .approvalMissing)
    let question = try #require(try site.desk.waiting().first)
    #expect(question.subjects.map(\.role) == [.rollback])
    #expect(question.words.last?.contains("go back to tool 1.0") == true)
    try site.approve(1)
    #expect(try site.resume().outcome.exit == .done)
  }

  @Test mutating func `what release signers call critical waits where only that does`() throws {
    centre.policy = MiniCentre.openPolicy(operators: 1)
    let driver = try MiniCentre.content("driver", counter: 1, critical: true)
    try centre.want("driver-lab", driver)
    _ = try centre.export(1, to: site.medium)
    let outcome = try site.run()
    #expect(outcome.exit == .waiting)
    #expect(try site.point().contents.map(\.manifest) == [tool.digest])
    try site.approve(0)
    #expect(try site.resume().outcome.exit == .done)
    #expect(try site.point().deployments.count == 2)
  }

  @Test mutating func `R25: the report carries the plan of each intent and what people signed`()
    throws
  {
    _ = try centre.export(1, to: site.medium)
    try site.run()
    try site.approve(0, 1)
    let plan = try site.resume().plan
    _ = try site.enrol()
    _ = try site.report()
    let frozen = try site.open().journal.read { try $0.newestReport() }
    let state = try StateDocument(parsing: try #require(frozen).state)
    #expect(state.intents.map(\.plan) == [plan.digest])
    #expect(state.intents.map(\.appliedAt) == [site.clock])
    #expect(state.approvals.count == 2)
    // A repair needs nobody, and keeps the plan.
    _ = try site.open().point.get().remove(
      .deployment(intent: try #require(Name("tool-lab"))),
      key: .init(intent: try #require(Name("tool-lab")), revision: 1))
    #expect(try site.resume().outcome.exit == .done)
    #expect(try site.open().journal.read { try $0.applied().map(\.plan) } == [plan.digest])
  }

  @Test mutating func `an approval that was carried counts as one given here`() throws {
    _ = try centre.export(1, to: site.medium)
    try site.run()
    let question = try #require(try site.desk.waiting().first)
    let subject = try #require(question.subjects.first)
    let approval = Approval(
      subject: subject, at: site.clock, expires: site.clock.adding(days: 7), isRehearsal: true)
    let file = site.temporary["approvals"]
    try ApprovalFile.write(
      try [0, 1].map { approval.signed(by: try MiniSite.person($0).key) }, to: file)
    #expect(try site.desk.add(try ApprovalFile.read(file)).last?.isGranted == true)
    #expect(try site.resume().outcome.exit == .done)
    #expect(code { _ = try site.desk.add(try ApprovalFile.read(file)) } == "WB1546")
  }

  @Test
  mutating func `P05: a report that policy wants reviewed leaves once people have approved it`()
    throws
  {
    centre.policy = MiniCentre.openPolicy(operators: 1, egressReview: .required)
    _ = try centre.export(1, to: site.temporary["in"])
    try site.run(from: site.temporary["in"])
    _ = try site.enrol()
    #expect(code { _ = try site.report() } == "WB1584")
    #expect(try FileQuery.names(in: site.medium).isEmpty)
    let question = try #require(try site.desk.waiting().first)
    #expect(question.kind == "export")
    try site.approve(1)
    #expect(try site.report().seq == 1)
    #expect(try FileQuery.names(in: site.medium).count == 1)
  }
}
