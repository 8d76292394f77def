// SPDX-License-Identifier: Apache-2.0
import Bundles
import Distribution
import Foundation
import Intents
import Testing
import Trust

@Suite struct RunbookResultTests {
  /// The result of an untroubled run of the script in the rig's outbox.
  static func result(_ rig: RunbookRig) throws -> (name: String, lines: [String]) {
    let script = try rig.script()
    var lines = script.plan.steps.map { each in
      let step = each.step
      return
        #"{"step":"\#(step.action.kind.rawValue)","intent":"\#(step.intent)","key":"\#(step.key)","#
        + #""outcome":"done","ids":{"PackageID":"PS100001","SourceVersion":"1","#
        + #""CollectionID":"PS100014","DeploymentID":"PS120001"},"at":"2026-11-02T00:00:00Z"}"#
    }
    lines.append(
      #"{"count":\#(lines.count),"plan":"\#(script.plan.digest)","script":"\#(script.digest)","#
        + #""at":"2026-11-02T00:00:01Z"}"#)
    return (script.resultName, lines)
  }

  /// A rig with one intent announced and this result in its inbox.
  static func rig(
    _ edit: (inout [String]) -> Void, end: String = "\n"
  ) throws -> (rig: RunbookRig, intent: DeploymentIntent) {
    let rig = try RunbookRig()
    let intent = try Runbooks.intent(collection: "Site 1")
    try rig.announce([.deploy(intent, Runbooks.manifest())])
    var (name, lines) = try result(rig)
    edit(&lines)
    try rig.scratch.write(lines.joined(separator: "\n") + end, to: "inbox/\(name)")
    try rig.announce([.deploy(intent, Runbooks.manifest())])
    return (rig, intent)
  }

  @Test("a whole result settles every step")
  func whole() throws {
    let (rig, intent) = try Self.rig { _ in }
    #expect(rig.point.desk.refused.isEmpty)
    #expect(try rig.apply(intent) == .done("PS120001"))
  }

  @Test("A18: a result that is missing waits")
  func missing() throws {
    let rig = try RunbookRig()
    let intent = try Runbooks.intent(collection: "Site 1")
    try rig.announce([.deploy(intent, Runbooks.manifest())])
    guard case .pending(let text) = try rig.apply(intent) else { throw TestFailure(text: "done") }
    #expect(text.contains("runbook 1 waits to be run"))
    #expect(text.contains(try rig.script().fileName))
  }

  @Test(
    "A18: a result without its last line is of an interrupted run, and waits",
    arguments: ["", "\n"])
  func interrupted(end: String) throws {
    for kept in [0, 1, 3] {
      let (rig, intent) = try Self.rig({ $0 = Array($0.prefix(kept)) }, end: kept == 0 ? "" : end)
      guard case .pending(let text) = try rig.apply(intent) else { throw TestFailure(text: "done") }
      #expect(text.contains("was interrupted"))
    }
  }

  /// What someone may do to a result, and never gets accepted.
  static let alterations: [(String, @Sendable (inout [String]) -> Void)] = [
    ("a line is gone", { $0.remove(at: 1) }),
    ("a line comes twice", { $0.insert($0[0], at: 0) }),
    ("two lines changed places", { $0.swapAt(0, 1) }),
    (
      "another count",
      { $0[$0.count - 1] = $0[$0.count - 1].replacing(#""count":"#, with: #""count":1"#) }
    ),
    (
      "another plan",
      { $0[$0.count - 1] = $0[$0.count - 1].replacing(#""plan":""#, with: #""plan":"0"#) }
    ),
    (
      "another script",
      { lines in
        let last = lines.count - 1
        lines[last] = lines[last].replacing(
          /"script":"[0-9a-f]{64}"/, with: "\"script\":\"\(String(repeating: "a", count: 64))\"")
      }
    ),
    ("a line behind the last", { $0.append($0[0]) }),
    ("no JSON", { $0[0] = "done" }),
    ("an unknown member", { $0[0] = $0[0].replacing(#"{"step""#, with: #"{"x":1,"step""#) }),
    (
      "a member twice", { $0[0] = $0[0].replacing(#"{"step""#, with: #"{"step":"package","step""#) }
    ),
    (
      "another kind of step",
      { $0[0] = $0[0].replacing(#""step":"package""#, with: #""step":"update""#) }
    ),
    (
      "another intent", { $0[0] = $0[0].replacing(#""intent":"tool-lab""#, with: #""intent":"x""#) }
    ),
    ("another outcome", { $0[0] = $0[0].replacing(#""done""#, with: #""fine""#) }),
    ("an id with a quote", { $0[0] = $0[0].replacing("PS100001", with: "PS1'0001") }),
    ("no id", { $0[0] = $0[0].replacing(#""PackageID":"PS100001","#, with: "") }),
    ("an unknown id", { $0[0] = $0[0].replacing(#""PackageID""#, with: #""packageid""#) }),
    (
      "done with an error",
      { $0[0] = $0[0].replacing(#""outcome""#, with: #""error":{},"outcome""#) }
    ),
    ("failed without an error", { $0[0] = $0[0].replacing(#""done""#, with: #""failed""#) }),
    ("skipped without a need", { $0[0] = $0[0].replacing(#""done""#, with: #""skipped""#) }),
    ("no moment", { $0[0] = $0[0].replacing("2026-11-02T00:00:00Z", with: "today") }),
    (
      "a device of no step",
      { $0.insert(#"{"key":"devices.x@1","device":"PC","status":1}"#, at: 1) }
    ),
    ("CR behind the lines", { $0 = $0.map { $0 + "\r" } }),
    ("a BOM", { $0[0] = "\u{FEFF}" + $0[0] }),
  ]

  @Test("A18: an altered result is refused, and changes nothing", arguments: alterations.map(\.0))
  func altered(name: String) throws {
    let edit = try #require(Self.alterations.first { $0.0 == name })
    let (rig, intent) = try Self.rig(edit.1)
    // CR is a blank to the reader of JSON: such a result says the same.
    if name == "CR behind the lines" {
      #expect(rig.point.desk.refused.isEmpty)
      return
    }
    #expect(rig.point.desk.refused.count == 1, "\(name)")
    refuses(.resultAltered) { _ = try rig.apply(intent) }
    #expect(try rig.point.describe().contents.isEmpty)
    #expect(DistributionReason.resultAltered.exit == .damaged)
  }

  @Test("A18: a result of a runbook that was never issued is refused")
  func foreign() throws {
    let rig = try RunbookRig()
    let intent = try Runbooks.intent(collection: "Site 1")
    try rig.announce([.deploy(intent, Runbooks.manifest())])
    let (_, lines) = try Self.result(rig)
    let name = RunbookScript.resultName(of: Runbooks.digest("other"))
    try rig.scratch.write(lines.joined(separator: "\n") + "\n", to: "inbox/\(name)")
    try rig.announce([.deploy(intent, Runbooks.manifest())])
    refuses(.resultForeign) { _ = try rig.apply(intent) }
    #expect(DistributionReason.resultForeign.exit == .damaged)
  }

  @Test("files of other names in the inbox are left alone")
  func noise() throws {
    let rig = try RunbookRig()
    let intent = try Runbooks.intent(collection: "Site 1")
    for name in [
      "desktop.ini", "waybill-result-.ndjson", "waybill-result-1.ndjson.part", "x.ndjson",
    ] {
      try rig.scratch.write("x", to: "inbox/\(name)")
    }
    try rig.announce([.deploy(intent, Runbooks.manifest())])
    #expect(rig.point.desk.refused.isEmpty)
  }

  @Test("a run that failed: each class of failure is its own refusal, in the site's words")
  func failures() throws {
    let cases: [(type: String, code: String, reason: DistributionReason)] = [
      ("System.Runtime.InteropServices.COMException", "0x800706BA", .stepWaits),
      ("System.Runtime.InteropServices.COMException", "0x80041001", .refused),
      ("policy_violation", "0x80131501", .stepForbidden),
    ]
    for each in cases {
      let (rig, intent) = try Self.rig { lines in
        lines[0] = lines[0].replacing(
          #""outcome":"done""#,
          with:
            #""error":{"type":"\#(each.type)","hresult":"\#(each.code)","message":"so"},"outcome":"failed""#
        )
      }
      refuses(each.reason) { _ = try rig.apply(intent) }
    }
    #expect(DistributionReason.stepWaits.failureClass == .transient)
    #expect(DistributionReason.refused.failureClass == .permanent)
    #expect(DistributionReason.stepForbidden.failureClass == .policyViolation)
  }

  @Test(
    "any byte of a result may be any other: it is refused, waits, or says what it said",
    arguments: [11, 12, 13])
  func mutations(seed: UInt64) throws {
    let rig = try RunbookRig()
    let intent = try Runbooks.intent(collection: "Site 1")
    try rig.announce([.deploy(intent, Runbooks.manifest())])
    let (name, lines) = try Self.result(rig)
    let bytes = Array((lines.joined(separator: "\n") + "\n").utf8)
    let issued = rig.point.desk
    var state = seed
    for _ in 0..<400 {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      var changed = bytes
      let place = Int(state >> 33) % bytes.count
      changed[place] ^= UInt8(truncatingIfNeeded: state >> 16) | 1
      do throws(Refusal) {
        _ = try issued.read(changed, named: name)
      } catch {
        #expect(
          error.code == DistributionReason.resultAltered.code,
          "seed \(seed), byte \(place): \(error)")
      }
    }
  }
}
