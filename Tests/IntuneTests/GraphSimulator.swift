// SPDX-License-Identifier: Apache-2.0
import Foundation
import HTTP
import Intents
import Intune
import SystemPackage
import TestKit
import Trust

/// The simulator of Graph as a process of its own; it ends with this.
final class GraphSimulator {
  let origin: String
  private let process = Process()
  private let input = Pipe()
  private let control: HTTPClient
  private(set) var slept: [Int64] = []
  private var breakers: [String: String] = [:]

  struct Failure: Error { let what: String }

  init(devices: Int = 25, page: Int = 10) throws {
    control = try HTTPClient(HTTPOptions(total: 20_000))
    let output = Pipe()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = [
      "python3", Repository.path(of: "Tests/Simulators/graph/server.py"), "--certificate",
      try TestCertificate.shared.get().certificate.string, "--now", "\(Simulated.now.seconds)",
      "--devices", "\(devices)", "--page", "\(page)",
    ]
    process.standardInput = input
    process.standardOutput = output
    try process.run()
    var line: [UInt8] = []
    while line.last != UInt8(ascii: "\n") {
      let next = output.fileHandleForReading.readData(ofLength: 1)
      guard !next.isEmpty else { throw Failure(what: "the simulator did not start") }
      line += next
    }
    origin = String(decoding: line.dropLast(), as: UTF8.self)
  }

  deinit {
    // It ends when its input does.
    try? input.fileHandleForWriting.close()
    process.waitUntilExit()
  }

  /// A client of it, over the network, with a clock that stands still and no sleep.
  func client(total: Int = 20_000) throws -> GraphClient {
    let http = try HTTPClient(HTTPOptions(total: total))
    let timing = PatientClient.Timing(
      now: { Simulated.now }, sleep: { (seconds) throws(Refusal) in self.slept.append(seconds) })
    let link = GraphLink(
      send: { (request) throws(Refusal) in try http.send(request) },
      download: { (request) throws(Refusal) in try http.send(request) }, timing: timing,
      memory: { host in
        PatientClient.Memory(
          load: { self.breakers[host] }, save: { self.breakers[host] = $0 })
      })
    return GraphClient(
      link, try GraphCloud(login: origin, graph: origin), as: try Simulated.credential())
  }

  /// Has something go wrong for requests to paths that begin with `path`.
  func fault(_ path: String, _ what: JSONObject, times: Int64 = 1) throws {
    let members = what.members.map { ($0.key, $0.value) }
    let body = JSONValue.object(
      JSONObject(members + [("path", .string("/v1.0/" + path)), ("times", .integer(times))]))
    try command("faults", body)
  }

  func fault(_ path: String, status: Int64, retryAfter: String? = nil, times: Int64 = 1) throws {
    let wait = retryAfter.map { JSONValue.string($0) } ?? .null
    try fault(
      path, JSONObject([("status", .integer(status)), ("retry_after", wait)]), times: times)
  }

  func fault(_ path: String, mode: String, times: Int64 = 1) throws {
    try fault(path, JSONObject([("mode", .string(mode))]), times: times)
  }

  /// Ends all tokens.
  func revoke() throws { try command("revoke", [:]) }

  private func command(_ name: String, _ body: JSONValue) throws {
    let request = HTTPRequest(
      .post, "\(origin)/simulator/\(name)", headers: [.json], body: body.encoded)
    guard try control.send(request).status == 204 else { throw Failure(what: name) }
  }

  /// What was asked and answered so far.
  func log() throws -> [JSONField] {
    let answer = try control.send(HTTPRequest(.get, "\(origin)/simulator/log"))
    return try JSONField(parsing: answer.body, named: "log")["requests"].array()
  }
}
