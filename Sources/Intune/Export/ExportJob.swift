// SPDX-License-Identifier: Apache-2.0
import HTTP
package import Intents
package import Trust

/// A report that Intune makes in its own time: `deviceManagementExportJob`.
package struct ExportJob: Sendable {
  /// `deviceManagementReportStatus`.
  package enum Status: String, Hashable, Sendable {
    case unknown
    case notStarted
    case inProgress
    case completed
    case failed
  }

  /// Its id: letters, digits, `_`, `-` and `.`, at most 200.
  package struct ID: Hashable, Sendable, CustomStringConvertible {
    package let text: String

    package init?(_ text: some StringProtocol) {
      guard (1...200).contains(text.utf8.count),
        text.utf8.allSatisfy({ byte in
          switch byte {
          case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"),
            UInt8(ascii: "."):
            true
          default: false
          }
        })
      else { return nil }
      self.text = String(text)
    }

    package var description: String { text }
  }

  package let id: ID
  let status: OpenValue<Status>
  /// Where the zip lies: who has the address has the file, so it stands in no message.
  let address: String?
  /// Until when it lies there; nil when that is not said.
  let expires: Instant?

  init(_ field: JSONField) throws(Refusal) {
    id = try field["id"].parsed("an id of a job") { ID($0) }
    status = try field["status"].open(Status.self)
    if let url = try field.present("url") {
      guard let text = url.value.text else {
        throw Refusal(
          IntuneReason.unusableAnswer, url.place, seen: "no string", expected: "an address")
      }
      address = text.isEmpty ? nil : text
    } else {
      address = nil
    }
    expires = try field.present("expirationDateTime")?.moment()
  }

  /// Body of the request for the states of one app on all devices.
  package static func installStates(of app: GraphID) -> JSONValue {
    [
      "@odata.type": "#microsoft.graph.deviceManagementExportJob",
      "reportName": "DeviceInstallStatusByApp",
      // A language of reports, not OData (configmgr.md, 6.4).
      "filter": .string("(ApplicationId eq '\(app)')"),
      "select": .array(InstallResult.columns.map { .string($0) }), "format": "csv",
      "localizationType": "localizedValuesAsAdditionalColumn",
    ]
  }
}

extension GraphClient {
  private static let jobs = "deviceManagement/reports/exportJobs"

  /// How an app stands on every device: asks for a report, waits for it, and reads it.
  ///
  /// - Throws: as `startInstallReport` and `installResults(of:)`.
  package func installResults(ofApp app: GraphID) throws(Refusal) -> [InstallResult] {
    try installResults(of: try startInstallReport(of: app))
  }

  /// Asks for the report on one app.
  ///
  /// - Throws: an `IntuneReason` or `HTTPReason`.
  package func startInstallReport(of app: GraphID) throws(Refusal) -> ExportJob.ID {
    // Two reports do no harm.
    let body = ExportJob.installStates(of: app)
    guard let field = try post(GraphPath(Self.jobs), body, repeating: .always) else {
      throw Refusal(IntuneReason.unusableAnswer, Self.jobs, seen: "no body", expected: "a job")
    }
    return try understood { () throws(Refusal) in try ExportJob(field).id }
  }

  /// Waits for a report, some minutes at most, and reads it.
  ///
  /// - Throws: `IntuneReason.exportPending` when it is not there yet: ask again with the same id;
  ///   `.exportUnusable`, `.tooMuch`, another `IntuneReason` or an `HTTPReason`.
  package func installResults(of id: ExportJob.ID) throws(Refusal) -> [InstallResult] {
    let subject = "report \(id)"
    let address = try finished(id, subject)
    return try InstallResult.results(inZip: try download(address, subject), named: subject)
  }

  private func finished(_ id: ExportJob.ID, _ subject: String) throws(Refusal) -> String {
    for look in 0..<IntuneLimits.exportLooks {
      guard let field = try get(GraphPath("\(Self.jobs)('\(id)')")) else {
        throw Refusal(
          IntuneReason.exportUnusable, subject, seen: "no such job", expected: "a job")
      }
      let job = try understood { () throws(Refusal) in try ExportJob(field) }
      switch job.status.known {
      case .failed:
        throw Refusal(IntuneReason.exportUnusable, subject, seen: "failed", expected: "completed")
      case .completed: return try address(of: job, subject)
      case .unknown, .notStarted, .inProgress, nil:
        let waits = IntuneLimits.exportWaits
        try link.timing.sleep(waits[min(look, waits.count - 1)])
      }
    }
    throw Refusal(
      IntuneReason.exportPending, subject, seen: "no end after \(IntuneLimits.exportLooks) looks",
      expected: "completed")
  }

  private func address(of job: ExportJob, _ subject: String) throws(Refusal) -> String {
    guard let address = job.address, job.expires.map({ $0 > link.timing.now() }) ?? true else {
      throw Refusal(
        IntuneReason.exportUnusable, subject,
        seen: job.address == nil ? "no url" : "expired", expected: "a url that still holds")
    }
    guard cloud.mayFetch(address) else {
      throw Refusal(
        IntuneReason.otherHost, "\(subject): url", seen: "an address without TLS",
        expected: "https://")
    }
    return address
  }

  /// Fetches the zip without any token: the address is one.
  private func download(_ address: String, _ subject: String) throws(Refusal) -> [UInt8] {
    let request = HTTPRequest(.get, address)
    // The host is another each time, so nothing is kept of it.
    let memory = PatientClient.Memory(load: { nil }, save: { _ in })
    let client = PatientClient(
      link.download, probe: request, timing: link.timing, memory: memory)
    do throws(Refusal) {
      let response = try client.send(request, repeating: .always)
      if response.status == 200 { return response.body }
      let isPassing = response.status >= 500 || [408, 425, 429].contains(response.status)
      throw Refusal(
        isPassing ? IntuneReason.unavailable : .exportUnusable, subject,
        seen: "\(response.status)", expected: "200")
    } catch {
      // Whatever it is called there, the address stays out of it.
      throw Refusal(
        error.reason, "\(subject): download", seen: error.seen, expected: error.expected)
    }
  }
}
