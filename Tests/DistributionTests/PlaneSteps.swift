// SPDX-License-Identifier: Apache-2.0
import Distribution
import Foundation
import Intents
import SystemPackage
import Testing

/// What the contract does with a plane, whatever its kind is: each step with a new point, as after a restart.
extension Plane {
  func key(_ intent: String = "intent-1", _ revision: Int64 = 1) throws -> EffectKey {
    EffectKey(intent: try #require(Name(intent)), revision: revision)
  }

  func collection(_ name: String = "Air-Gapped-Site-1-Devices") throws -> CollectionName {
    try #require(CollectionName(name))
  }

  func program(
    _ name: String = "install", _ commandLine: String = "setup.exe /quiet"
  ) throws -> Program {
    Program(
      name: try #require(Name(name)), commandLine: commandLine, account: .system,
      exitCodes: ExitCodes([0: .success, 3010: .softReboot]), detection: [], isCritical: false,
      isPrivileged: false, maximumRuntime: 30)
  }

  func intent(
    _ content: Content, _ id: String = "intent-1", _ revision: Int64 = 1,
    purpose: DeploymentIntent.Purpose = .required, deadline: Instant? = nil
  ) throws -> DeploymentIntent {
    DeploymentIntent(
      id: try #require(Name(id)), revision: revision, manifest: content.manifest,
      program: try program().name, collection: try collection(), purpose: purpose,
      availableFrom: nil, deadline: deadline, scope: [], isRollback: false)
  }

  /// Asks again until it is done, as runs of `apply` would.
  @discardableResult
  func done<Object>(_ effect: () throws -> Effect<Object>) throws -> Object {
    var last = ""
    for _ in 0..<10 {
      switch try effect() {
      case .done(let object): return object
      case .pending(let text): last = text
      }
      try settle()
    }
    throw TestFailure(text: "still pending: \(last)")
  }

  @discardableResult
  func ensure(
    _ content: Content = .vector, _ key: EffectKey? = nil,
    provide: ((ContentFile) throws(Refusal) -> [UInt8])? = nil
  ) throws -> ContentReceipt {
    let key = try key ?? self.key()
    let request = try content.request(from: scratch, provide: provide)
    return try done { try point().ensureContent(request, key: key) }
  }

  @discardableResult
  func ensureProgram(_ receipt: ContentReceipt, _ program: Program? = nil) throws -> String {
    let request = ProgramRequest(content: receipt, program: try program ?? self.program())
    return try done { try point().ensureProgram(request, key: key()) }
  }

  @discardableResult
  func ensureCollection(_ name: CollectionName? = nil) throws -> String {
    let request = CollectionRequest(name: try name ?? collection())
    return try done { try point().ensureCollection(request, key: key()) }
  }

  @discardableResult
  func deploy(_ intent: DeploymentIntent, _ receipt: ContentReceipt) throws -> String {
    let request = DeploymentRequest(intent: intent, content: receipt)
    return try done { try point().ensureDeployment(request, key: EffectKey(intent)) }
  }

  /// Everything that one intent needs, in the order of `apply`.
  @discardableResult
  func apply(
    _ content: Content = .vector, _ id: String = "intent-1", _ revision: Int64 = 1,
    purpose: DeploymentIntent.Purpose = .required
  ) throws -> (receipt: ContentReceipt, deployment: String) {
    let receipt = try ensure(content, key(id, revision))
    try ensureCollection()
    try ensureProgram(receipt)
    let intent = try intent(content, id, revision, purpose: purpose)
    return (receipt, try deploy(intent, receipt))
  }

  @discardableResult
  func remove(_ removal: Removal) throws -> String {
    try done { try point().remove(removal, key: key()) }
  }

  func status(_ key: EffectKey) throws -> [ComplianceRecord] {
    try point().status(of: key, asOf: #require(Instant("2027-01-01T00:00:00Z")))
  }

  /// The contents that the point calls complete.
  func complete() throws -> Set<Digest> {
    Set(try point().describe().contents.filter(\.isComplete).map(\.manifest))
  }

  func read(held digest: Digest) throws -> [UInt8]? {
    guard let descriptor = try point().open(held: digest) else { return nil }
    defer { try? descriptor.close() }
    var bytes = [UInt8](repeating: 0, count: 1 << 16)
    let count = try bytes.withUnsafeMutableBytes { try descriptor.read(into: $0) }
    return Array(bytes[..<count])
  }
}

extension Content {
  /// The vector with one file changed: the next version of the same product.
  static var next: Content {
    var next = Content.vector
    next.version = "2.0"
    next.files["Setup.exe"] = "new\n"
    return next
  }

  /// Another product.
  static var other: Content {
    Content(line: String(repeating: "2", count: 32), files: ["a.exe": "other\n"])
  }
}
