// SPDX-License-Identifier: Apache-2.0
import Intents
import Trust

/// How a desk keeps what it knows, as JSON under keys that begin with `runbook/`.
struct DeskMemory {
  /// The result of a script that was taken last.
  struct Accepted: Hashable {
    let digest: Digest
    let at: Instant
  }

  let memory: any PointMemory

  private static let newestKey = "runbook/newest"

  func newest() throws(Refusal) -> IssuedRunbook? {
    guard let bytes = try memory.remembered(Self.newestKey) else { return nil }
    return try reading { () throws(Refusal) in
      try IssuedRunbook(JSONField(parsing: bytes, named: Self.newestKey))
    }
  }

  func issued(_ plan: Digest) throws(Refusal) -> IssuedRunbook? {
    let key = "runbook/issued/\(plan)"
    guard let bytes = try memory.remembered(key) else { return nil }
    return try reading { () throws(Refusal) in
      try IssuedRunbook(JSONField(parsing: bytes, named: key))
    }
  }

  /// First under its own name: a result of it must never be a stranger.
  func remember(_ issued: IssuedRunbook) throws(Refusal) {
    try memory.remember(issued.encoded, as: "runbook/issued/\(issued.plan)")
    try memory.remember(issued.encoded, as: Self.newestKey)
  }

  func object(_ name: String) throws(Refusal) -> ObjectMemory? {
    let key = "runbook/object/\(name)"
    guard let bytes = try memory.remembered(key) else { return nil }
    return try reading { () throws(Refusal) in
      try ObjectMemory(JSONField(parsing: bytes, named: key))
    }
  }

  func objects(beginning prefix: String) throws(Refusal) -> [ObjectMemory] {
    var objects: [ObjectMemory] = []
    let place = "runbook/object/"
    for key in try memory.keys(beginning: place + prefix) {
      if let object = try object(String(key.dropFirst(place.count))) { objects.append(object) }
    }
    return objects
  }

  func remember(_ object: ObjectMemory, as name: String) throws(Refusal) {
    try memory.remember(object.encoded, as: "runbook/object/\(name)")
  }

  func accepted(_ plan: Digest) throws(Refusal) -> Accepted? {
    let key = "runbook/result/\(plan)"
    guard let bytes = try memory.remembered(key) else { return nil }
    return try reading { () throws(Refusal) in
      let field = try JSONField(parsing: bytes, named: key)
      return Accepted(digest: try field["digest"].digest(), at: try field["at"].instant())
    }
  }

  func accept(_ plan: Digest, _ accepted: Accepted) throws(Refusal) {
    let value: JSONValue = [
      "digest": .string(accepted.digest.hex), "at": .string(accepted.at.description),
    ]
    try memory.remember(value.encoded, as: "runbook/result/\(plan)")
  }

  /// What devices reported, by step.
  func remember(
    _ devices: [RunbookResult.Device], steps: [IssuedRunbook.Step]
  ) throws(Refusal) {
    let byKey = Dictionary(grouping: devices, by: \.key)
    for step in steps where step.kind == .readDeployment {
      let list = (byKey[step.key] ?? []).sorted { $0.name < $1.name }
      let value = JSONValue.array(
        list.map { ["device": .string($0.name), "status": .integer($0.status)] })
      try memory.remember(value.encoded, as: "runbook/devices/\(step.key)")
    }
  }

  func devices(of key: StepKey) throws(Refusal) -> [RunbookResult.Device] {
    let place = "runbook/devices/\(key)"
    guard let bytes = try memory.remembered(place) else { return [] }
    return try reading { () throws(Refusal) in
      var devices: [RunbookResult.Device] = []
      for field in try JSONField(parsing: bytes, named: place).array() {
        devices.append(
          RunbookResult.Device(
            key: key, name: try field["device"].string(),
            status: try field["status"].integer(in: 0...Int64(UInt32.max))))
      }
      return devices
    }
  }

  /// What cannot be read of our own memory is a damaged record.
  private func reading<Value>(_ body: () throws(Refusal) -> Value) throws(Refusal) -> Value {
    do throws(Refusal) {
      return try body()
    } catch  where error.reason is TrustReason {
      throw Refusal(
        DistributionReason.recordDamaged, error.subject, seen: error.seen,
        expected: error.expected)
    }
  }
}
