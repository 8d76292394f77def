// SPDX-License-Identifier: Apache-2.0
package import Intents
import SystemPackage

extension LibraryPoint {
  /// Every device of the deployment's collection, ascending by name. A device that was not heard of is
  /// unknown: success is never inferred.
  package func status(
    of key: EffectKey, asOf: Instant
  ) throws(Refusal) -> [ComplianceRecord] {
    try LibraryFailure.atPoint { () throws(Refusal) in
      try LibraryAdmission.check(marker, in: layout)
      let held = try records.deployment(key.intent)
      guard let held, held.key == key else {
        throw Refusal(
          DistributionReason.unknownObject, key.description,
          seen: held.map { "revision \($0.key.revision)" } ?? "no deployment",
          expected: "revision \(key.revision)")
      }
      guard let codes = try records.exitCodes(program: held.program, of: held.content) else {
        throw Refusal(
          DistributionReason.unknownObject, key.description, seen: "no program \(held.program)",
          expected: "program \(held.program) of \(held.content)")
      }
      let hasBegun = held.availableFrom.map { $0 <= asOf } ?? true
      let list = try DeviceList(at: layout.devices)
      return list.devices.filter { $0.collections.contains(held.collection) }.map { device in
        let behaviour = hasBegun ? device.behaviour(of: held.program) : .silent
        let (state, exitCode) = behaviour.outcome(codes)
        return ComplianceRecord(
          device: device.name, intent: key.intent, revision: key.revision, state: state,
          exitCode: exitCode, asOf: asOf)
      }
    }
  }
}

extension DeviceList.Behaviour {
  /// What a report says of it. A wanted restart is success: the software is there.
  func outcome(_ codes: ExitCodes) -> (ComplianceRecord.State, Int64?) {
    switch self {
    case .exits(let code):
      switch codes.meaning(of: code) {
      case .success, .softReboot, .hardReboot: (.succeeded, code)
      case .retry: (.inProgress, code)
      case .failure: (.failed, code)
      }
    case .offline, .silent: (.unknown, nil)
    case .requirementsNotMet: (.notApplicable, nil)
    case .running: (.inProgress, nil)
    }
  }
}
