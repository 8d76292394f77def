// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Centre
import Intents
import Terminal
import Trust

struct TrustShow: WaybillCommand {
  static let configuration = CommandConfiguration(
    commandName: "status", abstract: "Show who may sign, how long it holds, and what waits.",
    discussion: """
      A bundle is good until the first of its roles expires: that date is shown for each site's newest bundle and for
      one that would be exported now.
      """)

  @OptionGroup var common: CommonOptions
  @OptionGroup var centre: CentreOptions

  func perform(_ console: Console) throws -> Outcome {
    let profile = try centre.open(console)
    let status = try TrustStatus(of: profile, at: SystemClock.now())
    let ceremonies = Ceremonies(of: profile)
    var waiting: [String] = []
    var waitingJSON: [JSONValue] = []
    for item in status.waiting {
      switch item.ceremony {
      case .success(let ceremony):
        let request = try ceremonies.request(for: ceremony)
        waiting += [
          "Drafted \(ceremony.title): \(ceremony.purpose)", "  digest \(ceremony.digest)",
        ]
        waiting += RequestText(request).signatures.map { "  \($0)" }
        waitingJSON.append([
          "purpose": .string(ceremony.purpose), "digest": .string(ceremony.digest.hex),
          "roles": .array(item.roles.map { .string($0.rawValue) }),
          "needs": .array(request.needs), "overtaken": false,
        ])
      case .failure(let refusal):
        let names = item.roles.map(\.rawValue).joined(separator: ", ")
        waiting.append("Drafted \(names): \(item.purpose): \(refusal); drop it")
        waitingJSON.append([
          "purpose": .string(item.purpose), "code": .string(refusal.code),
          "roles": .array(item.roles.map { .string($0.rawValue) }), "overtaken": true,
        ])
      }
    }
    let warnings = status.warnings
    return Outcome(
      lines: lines(status) + waiting + warnings.map { "Warning: \($0)" },
      facts: [
        ("rehearsal", .bool(profile.isRehearsal)),
        ("roles", .array(status.roles.map { json($0, status) })),
        (
          "root_fingerprint", status.rootFingerprint.map { .string($0.hex) } ?? .null
        ),
        ("exporter", status.exporter.map { keys($0, status) } ?? .null),
        ("effective_expiry", status.effective.map { .string($0.at.description) } ?? .null),
        ("expires_first", status.effective.map { .string($0.role.rawValue) } ?? .null),
        ("sites", .array(status.lines.map(json))), ("drafts", .array(waitingJSON)),
        ("warnings", .array(warnings.map { .string($0) })),
      ])
  }

  private func lines(_ status: TrustStatus) -> [String] {
    guard let effective = status.effective else {
      return ["The first roles are not published yet."]
    }
    var table = Table("ROLE", "VERSION", "SIGNED BY", "EXPIRES", "DAYS LEFT")
    for role in status.roles {
      table.add(
        role.role.rawValue, String(role.header.version),
        "\(role.keys.threshold) of \(role.keys.keys.count)", role.header.expires.description,
        String(role.daysLeft))
    }
    var lines = table.lines
    for role in status.roles {
      lines.append("Keys of \(role.role.rawValue):")
      lines += role.keys.keys.map { "  \($0.id) \(status.labels[$0.id] ?? "")" }
    }
    lines.append("Keys of the exporter:")
    lines += (status.exporter?.keys ?? []).map { "  \($0.id)" }
    var sites = Table("SITE", "N", "ISSUED", "LINE EXPIRES", "BUNDLE EXPIRES", "DAYS LEFT")
    for line in status.lines {
      sites.add(
        line.site.text, String(line.number), line.issued?.description ?? "never",
        line.expires?.description ?? "-", line.effective?.description ?? "-",
        line.daysLeft.map { String($0) } ?? "-")
    }
    return lines + sites.lines + [
      "A bundle exported now expires \(effective.at), with role \(effective.role.rawValue)."
    ]
  }

  private func keys(_ keys: RoleKeys, _ status: TrustStatus) -> JSONValue {
    .array(
      keys.keys.map { key -> JSONValue in
        ["keyid": .string(key.id.hex), "label": .string(status.labels[key.id] ?? "")]
      })
  }

  private func json(_ role: TrustStatus.Role, _ status: TrustStatus) -> JSONValue {
    [
      "role": .string(role.role.rawValue), "version": .integer(role.header.version),
      "threshold": .integer(Int64(role.keys.threshold)), "keys": keys(role.keys, status),
      "issued": .string(role.header.issued.description),
      "expires": .string(role.header.expires.description), "days_left": .integer(role.daysLeft),
    ]
  }

  private func json(_ line: TrustStatus.Line) -> JSONValue {
    [
      "site": .string(line.site.text), "n": .integer(line.number),
      "issued": line.issued.map { .string($0.description) } ?? .null,
      "line_expires": line.expires.map { .string($0.description) } ?? .null,
      "bundle_expires": line.effective.map { .string($0.description) } ?? .null,
      "days_left": line.daysLeft.map { .integer($0) } ?? .null,
    ]
  }
}
