// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Bundles
import Intents
import Site
import SystemPackage
import Terminal
import Trust

struct InspectCommand: WaybillCommand {
  static let configuration = CommandConfiguration(
    commandName: "inspect", abstract: "Show what a bundle on a medium brings; change nothing.",
    discussion: """
      Verifies papers and orders as `import` does, and lists intents, released content and what the volumes hold. \
      Volumes are not opened, so this takes seconds for any size. What is trusted and remembered stays as it is; \
      `import --plan` shows what would be done.
      """)

  @OptionGroup var common: CommonOptions
  @OptionGroup var state: StateOptions
  @OptionGroup var passphrase: SitePassphraseOptions

  @Argument(help: "The folder of the medium, or of the bundle.")
  var medium: String

  func perform(_ console: Console) throws -> Outcome {
    let (site, lock) = try state.openLocked(console, passphrase)
    defer { withExtendedLifetime(lock) {} }
    Interruption.listen()
    console.note("looking on \(medium)")
    let findings = try MediumInspection(site, clock: .now).run(FilePath(medium))
    var lines: [String] = []
    var bundles: [JSONValue] = []
    var refusals: [Refusal] = []
    var hasOurs = false
    for finding in findings {
      switch finding {
      case .ours(let contents):
        hasOurs = true
        lines += ContentsText.lines(contents)
        bundles.append(ContentsText.json(contents))
      case .other(let outcome):
        lines.append(outcome.line)
        bundles.append(outcome.json)
        if let refusal = outcome.refusal { refusals.append(refusal) }
      }
    }
    lines.append("nothing was changed")
    let gravest = ExitCode.gravest(refusals.map(\.exit))
    return Outcome(
      refusal: hasOurs ? nil : refusals.first { $0.exit == gravest },
      lines: Rehearsal.lines(site.profile) + lines,
      facts: [
        Rehearsal.fact(site.profile), ("site", .string(site.profile.site.text)),
        ("bundles", .array(bundles)),
      ])
  }
}

/// What a bundle brings, for people and for programs.
private enum ContentsText {
  static func lines(_ contents: BundleContents) -> [String] {
    let (papers, waybill) = (contents.papers, contents.waybill)
    var lines = [
      "bundle \(papers.n), issued \(papers.issued), valid until \(papers.expires)",
      "fingerprint \(papers.fingerprint)",
      "\(waybill.volumes.count) volumes, \(ByteCount.text(waybill.totalLength)) with the orders, "
        + (waybill.isSealed ? "sealed" : "not sealed"),
    ]
    var intents = Table("INTENT", "REVISION", "PURPOSE", "CONTENT", "PROGRAM", "COLLECTION")
    for intent in contents.intents {
      let manifest = contents.manifests[intent.manifest]
      intents.add(
        intent.id.text, "\(intent.revision)", intent.purpose.rawValue,
        manifest.map { "\($0.name) \($0.version)" } ?? "\(ContentID(manifest: intent.manifest))",
        intent.program.text, intent.collection.text)
    }
    var released = Table("CONTENT", "VERSION", "COUNTER", "FILES", "BYTES")
    for (_, manifest) in contents.sortedManifests {
      released.add(
        manifest.name, manifest.version, "\(manifest.counter)", "\(manifest.fileCount)",
        ByteCount.text(manifest.totalLength))
    }
    var frames = Table("FRAMES", "COUNT", "STORED", "PLAIN")
    for kind in contents.frames {
      frames.add(
        kind.encoding, "\(kind.count)", ByteCount.text(kind.stored), ByteCount.text(kind.plain))
    }
    for table in [intents, released, frames] where !table.lines.isEmpty {
      lines += [""] + table.lines
    }
    return lines + [
      "",
      "\(contents.fileCount) files travel; \(contents.referenceCount) held files are built on",
    ]
  }

  static func json(_ contents: BundleContents) -> JSONValue {
    let intents = contents.intents.map { intent -> JSONValue in
      [
        "id": .string(intent.id.text), "revision": .integer(intent.revision),
        "purpose": .string(intent.purpose.rawValue), "manifest": .string(intent.manifest.hex),
        "program": .string(intent.program.text), "collection": .string(intent.collection.text),
      ]
    }
    let manifests = contents.sortedManifests.map { (digest, manifest) -> JSONValue in
      [
        "manifest": .string(digest.hex), "name": .string(manifest.name),
        "version": .string(manifest.version), "counter": .integer(manifest.counter),
        "files": .integer(manifest.fileCount), "bytes": .integer(manifest.totalLength),
      ]
    }
    let frames = contents.frames.map { kind -> JSONValue in
      [
        "encoding": .string(kind.encoding), "count": .integer(kind.count),
        "stored_bytes": .integer(kind.stored), "plain_bytes": .integer(kind.plain),
      ]
    }
    let (papers, waybill) = (contents.papers, contents.waybill)
    let pieces = waybill.files.map { piece -> JSONValue in
      ["name": .string(piece.name), "bytes": .integer(piece.length)]
    }
    return [
      "state": "verified", "n": .integer(papers.n), "fingerprint": .string(papers.fingerprint.hex),
      "issued": .string(papers.issued.description),
      "expires": .string(papers.expires.description), "sealed": .bool(waybill.isSealed),
      "pieces": .array(pieces), "intents": .array(intents), "contents": .array(manifests),
      "frames": .array(frames), "files": .integer(contents.fileCount),
      "references": .integer(contents.referenceCount),
    ]
  }
}

extension BundleContents {
  /// By name, then counter.
  fileprivate var sortedManifests: [(Digest, ContentManifest)] {
    manifests.sorted { ($0.value.name, $0.value.counter) < ($1.value.name, $1.value.counter) }
      .map { ($0.key, $0.value) }
  }
}
