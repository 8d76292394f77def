// SPDX-License-Identifier: Apache-2.0
import Bundles
import Centre
import GRDB
import Intents
import SystemPackage
import TestKit
import Testing
import Trust

/// Content on its way to the site: added, released, wished for, exported, held.
extension ForgedSite {
  /// Signs a policy under which content goes there in the open.
  func applyPolicy() throws {
    let policy = try PolicyDescription.policy(
      parsing: """
        waybill: policy/1
        site: \(id)
        sealing: none
        egress: full
        removals: approved
        operators: 1
        collections: [Devices]
        scope_ceiling: [site-class:air-gapped]

        """, file: "policy.yaml")
    let keeper = PolicyKeeper(of: centre)
    #expect(try keeper.apply(policy, at: Self.now))
    #expect(try keeper.sign(keys: keys, at: Self.now)?.standing.isPublished == true)
  }

  /// Adds and releases a version made of `files`, and wishes it at the site.
  @discardableResult
  func release(_ version: Int, files: [String: [UInt8]]) throws -> ContentRecord {
    for (path, bytes) in files { try scratch.write("source-\(version)/\(path)", bytes) }
    let content = try ContentIntake(to: centre, at: Self.now)
      .add(try SourceFolder(scratch["source-\(version)"]), as: .tool(version)).content
    let standing = try ContentRelease.release([content], in: centre, keys: keys, at: Self.now)
    #expect(standing.isPublished)
    let intent = try IntentDescription(
      parsing: """
        waybill: intent/1
        id: tool
        sites: [\(id)]
        content: tool
        version: \(version)
        program: install
        collection: Devices
        purpose: required
        scope: [site-class:air-gapped]

        """, file: "intent.yaml")
    _ = try IntentIntake.apply(intent, to: centre, at: Self.now)
    return content
  }

  /// Writes the next bundle to a medium called `medium`.
  @discardableResult
  func export(
    to medium: String = "out", effort: Effort = .normal, bounds: DeltaBounds = DeltaBounds()
  ) throws -> Exporter.Result {
    let plan = try ExportPlan(for: try centre.ledger.site(id), isFull: false, in: centre)
    var exporter = try exporter(to: medium, effort: effort)
    exporter.bounds = bounds
    return try exporter.export(plan)
  }

  func exporter(to medium: String, effort: Effort = .normal) throws -> Exporter {
    try Exporter(
      from: centre, keys: keys, to: try scratch.folder(medium), volumeSize: 16 << 20,
      effort: effort,
      at: Self.now, progress: { _, _, _ in })
  }

  /// Lets the site report that it holds `contents`.
  mutating func receipt(of contents: ContentRecord...) throws {
    var report = report(base: try booked() ?? 0)
    report.heldManifests = contents.map(\.manifest)
    #expect(try hand(report).standing == .booked)
  }

  /// What each file that travelled as a delta builds on.
  func deltas() throws -> [Digest: Digest] {
    let rows = try rows("SELECT DISTINCT file, reference FROM delta_frames")
    return Dictionary(
      uniqueKeysWithValues: try rows.map { row in
        (
          try #require(Digest(hex: row["file"] as String)),
          try #require(Digest(hex: row["reference"] as String))
        )
      })
  }
}

extension ContentDescription {
  /// A version of a product called `tool`.
  static func tool(_ version: Int) throws -> ContentDescription {
    try ContentDescription(
      parsing: """
        waybill: content/1
        name: tool
        version: \(version)
        counter: \(version)
        publisher_scope: [site-class:air-gapped]
        programs:
          - name: install
            command_line: install.cmd
            detection:
              - {kind: file, path: 'C:\\tool.exe'}

        """, file: "content.yaml")
  }
}
