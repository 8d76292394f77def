// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Bundles
import Intents
import Site
import SystemPackage
import Terminal
import Trust

struct InitCommand: WaybillCommand {
  static let configuration = CommandConfiguration(
    commandName: "init", abstract: "Set up this host as a site.",
    discussion: """
      Pins the centre's root, makes the site's own key and an empty content library. The fingerprint comes on \
      paper, apart from the root file: when they differ, nothing is created.

      Only rehearsals can be set up by this version. A rehearsal accepts test keys and one operator, marks \
      everything that it prints, and can never become production.
      """)

  @OptionGroup var common: CommonOptions
  @OptionGroup var state: StateOptions

  @Option(help: ArgumentHelp("This site's id, as the centre calls it.", valueName: "id"))
  var site: String
  @Option(help: ArgumentHelp("The root that the centre handed out.", valueName: "file"))
  var root: String
  @Flag(help: "Set up a rehearsal.")
  var rehearsal = false
  @Option(help: ArgumentHelp("SHA-256 of the root file, from the paper.", valueName: "hex"))
  var fingerprint: String?
  @Option(
    help: ArgumentHelp(
      "Folder of the content library; `library` in the state folder if not given.",
      valueName: "dir"))
  var library: String?
  @Option(
    help: ArgumentHelp(
      "Open what is sealed to this site with a key that age-keygen made, in place of a fresh one.",
      valueName: "file"))
  var ageIdentity: String?
  @Option(help: ArgumentHelp("Three characters that package ids begin with.", valueName: "code"))
  var siteCode = "WB1"

  private func identity() throws(Refusal) -> AgeIdentity {
    guard let ageIdentity else { return try .generate() }
    var bytes = try FileQuery.contents(of: FilePath(ageIdentity), cap: SiteLimits.keyFileLength)
    return try AgeIdentity(wipingFile: &bytes, named: ageIdentity)
  }

  func perform(_ console: Console) throws -> Outcome {
    guard let id = SiteID(site) else {
      throw Refusal(SiteReason.wrongOption, "--site", seen: site, expected: SiteID.rule)
    }
    guard rehearsal else { throw Setup.productionRefusal(state.folder) }
    let given = (fingerprint ?? "").lowercased().filter { !$0.isWhitespace && $0 != ":" }
    guard let digest = Digest(hex: given) else {
      throw Refusal(
        SiteReason.wrongOption, "--fingerprint", seen: fingerprint ?? "nothing",
        expected: "64 hex digits, from the paper")
    }
    let folder = state.folder
    let place = library.map { FilePath($0) } ?? folder.path.appending("library")
    let setup = Setup(
      site: id, rootFile: FilePath(root), fingerprint: digest, library: absolute(place),
      siteCode: siteCode)
    console.note(Rehearsal.line)
    console.note("setting up site \(id) in \(folder.path)")
    let profile = try setup.createRehearsal(
      in: folder, epoch: .generate(), key: .generate(), identity: try identity(), clock: .now)
    let recipient = try OpenedSite(opening: folder).recipient()
    return Outcome(
      lines: Rehearsal.lines(profile) + [
        "site \(id) is set up in \(folder.path)",
        "  pinned root:     \(profile.rootFingerprint)",
        "  epoch:           \(profile.epoch)",
        "  signing key:     \(profile.keyID)", "  opening key:     \(recipient)",
        "  content library: \(profile.library)",
        "next: `waybill-site enrol --to FILE`, and carry the file to the centre",
      ],
      facts: [
        Rehearsal.fact(profile), ("site", .string(id.text)),
        ("epoch", .string(profile.epoch.text)), ("key_id", .string(profile.keyID.hex)),
        ("recipient", .string(recipient.description)),
        ("root_fingerprint", .string(profile.rootFingerprint.hex)),
        ("library", .string(profile.library.string)),
      ])
  }

  /// The state must mean the same folder from wherever it is used.
  private func absolute(_ path: FilePath) -> FilePath {
    guard path.isRelative else { return path.lexicallyNormalized() }
    return WorkingFolder.path.pushing(path).lexicallyNormalized()
  }
}
