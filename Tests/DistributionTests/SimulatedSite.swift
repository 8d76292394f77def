// SPDX-License-Identifier: Apache-2.0
import Bundles
import Distribution
import Foundation
import Intents
import SystemPackage
import TestKit

/// A ConfigMgr site of one test: its state in a file, an AdminService in front of it on the loopback interface.
final class SimulatedSite {
  static let point = "DP1.CORP.TEST"
  static let devices = ["PC-001", "PC-002", "PC-003"]

  let scratch: Scratch
  private(set) var port = ""
  private let state: FilePath
  private let process = Process()
  private let input = Pipe()

  /// One authority for all tests, since making one takes a moment.
  private struct Certificates {
    let scratch: TestKit.Scratch
    let authority: ThrowawayAuthority
    let identity: ThrowawayAuthority.Identity
    let stranger: FilePath

    init() throws {
      scratch = try TestKit.Scratch()
      authority = try ThrowawayAuthority(in: scratch)
      identity = try authority.issue(to: "IP:127.0.0.1")
      stranger = try ThrowawayAuthority(in: scratch, named: "stranger").certificate
    }
  }

  private static let certificates = Result { try Certificates() }

  /// The authority of the site.
  static var authority: String { get throws { try certificates.get().authority.certificate.text } }
  /// An authority that the site has nothing to do with.
  static var stranger: String { get throws { try certificates.get().stranger.text } }

  init(points: [String] = [SimulatedSite.point]) throws {
    scratch = try Scratch()
    state = scratch.path.appending("site.json")
    let identity = try SimulatedSite.certificates.get().identity
    let folder = Repository.path(of: "Tests/Simulators/configmgr/adminservice.py")
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments =
      [
        "python3", "-B", folder, state.text, "--certificate", identity.certificate.text, "--key",
        identity.key.text,
      ] + points.flatMap { ["--point", $0] }
      + SimulatedSite.devices.flatMap { ["--device", $0] }
    process.standardInput = input
    let output = Pipe()
    process.standardOutput = output
    try process.run()
    var text = ""
    while !text.hasSuffix("\n") {
      let piece = output.fileHandleForReading.availableData
      guard !piece.isEmpty else { throw TestFailure(text: "the simulator ended") }
      text += String(decoding: piece, as: UTF8.self)
    }
    port = text.trimmingCharacters(in: .whitespacesAndNewlines)
  }

  deinit {
    try? input.fileHandleForWriting.close()  // ends it
    if process.isRunning { process.terminate() }
  }

  var address: String { "https://127.0.0.1:\(port)" }

  /// Changes the site behind everybody's back.
  func change(_ edit: (inout [String: Any]) throws -> Void) throws {
    let place = URL(fileURLWithPath: state.text)
    let read = try JSONSerialization.jsonObject(with: Data(contentsOf: place))
    guard var site = read as? [String: Any] else { throw TestFailure(text: "no state") }
    try edit(&site)
    try JSONSerialization.data(withJSONObject: site).write(to: place)
  }

  /// The rows of one table, by their key.
  func table(_ name: String) throws -> [String: [String: Any]] {
    let place = URL(fileURLWithPath: state.text)
    let read = try JSONSerialization.jsonObject(with: Data(contentsOf: place)) as? [String: Any]
    return read?[name] as? [String: [String: Any]] ?? [:]
  }

  /// Changes every row of a table.
  func changeRows(of name: String, _ edit: (inout [String: Any]) -> Void) throws {
    try change { site in
      var table = site[name] as? [String: [String: Any]] ?? [:]
      for key in table.keys { edit(&table[key, default: [:]]) }
      site[name] = table
    }
  }

  /// What goes wrong next; see the simulator.
  func fault(_ faults: [String: Any]...) throws {
    try JSONSerialization.data(withJSONObject: faults)
      .write(to: URL(fileURLWithPath: state.text + ".faults"))
  }

  /// Every request so far, as method and decoded path.
  var requests: [String] {
    get throws { try log.map { "\($0["method"] ?? "") \($0["path"] ?? "")" } }
  }

  /// Every request so far, with its body.
  var log: [[String: Any]] {
    get throws {
      guard FileQuery.status(FilePath(state.text + ".log")) != nil else { return [] }
      let text = try scratch.text("site.json.log")
      return try text.split(separator: "\n").map {
        try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any] ?? [:]
      }
    }
  }
}

/// What a point remembers, and a journal that fails where a test says so.
final class TestMemory: PointMemory {
  private(set) var values: [String: [UInt8]] = [:]
  /// How many more values are remembered before it fails once; nil for always.
  var failsBehind: Int?

  func remembered(_ key: String) throws(Refusal) -> [UInt8]? { values[key] }

  func keys(beginning prefix: String) throws(Refusal) -> [String] {
    values.keys.filter { $0.hasPrefix(prefix) }.sorted()
  }

  func remember(_ value: [UInt8]?, as key: String) throws(Refusal) {
    if let left = failsBehind {
      guard left > 0 else {
        failsBehind = nil
        throw Refusal(TestReason.stopped, key, seen: "killed", expected: "to go on")
      }
      failsBehind = left - 1
    }
    values[key] = value
  }

  func forget() { values = [:] }
}

/// A clock that only sleeping moves.
final class TestClock {
  private(set) var now = Instant(clamping: 1_793_491_200)  // 2026-11-01
  private(set) var slept: [Int64] = []

  func sleep(_ seconds: Int64) {
    slept.append(seconds)
    now = now.adding(seconds: seconds)
  }

  var clock: PointClock {
    PointClock(
      now: { [self] in now }, sleep: { [self] (seconds) throws(Refusal) in sleep(seconds) })
  }
}
