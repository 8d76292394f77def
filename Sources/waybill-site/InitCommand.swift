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
      Pins the centre's root, makes the site's own keys and an empty content library. The fingerprint comes on \
      paper, apart from the root file: when they differ, nothing is created.

      Two people stand at the terminal. Each has made a key with `key generate` and is named with --operator; \
      each types the fingerprint from the paper, unseen by the other. From then on both can approve here. \
      The site's own keys are encrypted by a passphrase.

      A host that was restored from an old copy gets a new state folder beside the old one, with \
      --restored-from and the epoch that `status` of the old one shows. It names the same --library: what \
      stands there is found again with the next bundle. The centre takes its reports once officers have \
      accepted the new enrolment.

      A rehearsal (--rehearsal) accepts test keys, one operator and a fingerprint from the command line, marks \
      everything that it prints, and can never become production.
      """)

  @OptionGroup var common: CommonOptions
  @OptionGroup var state: StateOptions
  @OptionGroup var passphrase: SitePassphraseOptions

  @Option(help: ArgumentHelp("This site's id, as the centre calls it.", valueName: "id"))
  var site: String
  @Option(help: ArgumentHelp("The root that the centre handed out.", valueName: "file"))
  var root: String
  @Flag(help: "Set up a rehearsal.")
  var rehearsal = false
  @Option(
    name: .customLong("operator"),
    help: ArgumentHelp(
      "Somebody who may approve here, and the open file of their key; several times.",
      valueName: "name=file"))
  var operators: [String] = []
  @Option(
    help: ArgumentHelp(
      "SHA-256 of the root file, from the paper; only in a rehearsal.", valueName: "hex"))
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
  @Option(
    help: ArgumentHelp(
      "The epoch that ended, where this host was restored from an old copy.", valueName: "epoch"))
  var restoredFrom: String?
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
    let people = try operators.map(person)
    guard rehearsal || (people.count >= 2 && fingerprint == nil) else {
      throw Refusal(
        SiteReason.tooFewPeople, "init",
        seen: fingerprint == nil ? "\(people.count) people named with --operator" : "--fingerprint",
        expected: "two people who type the fingerprint at the terminal, or --rehearsal")
    }
    try Approver.requireDifferent(people, in: "--operator")
    let folder = state.folder
    let place = library.map { FilePath($0) } ?? folder.path.appending("library")
    var setup = Setup(
      site: id, rootFile: FilePath(root), fingerprints: try fingerprints(people),
      library: absolute(place), siteCode: siteCode, operators: people)
    setup.restoredFrom = try lifeBefore()
    if rehearsal { console.note(Rehearsal.line) }
    console.note("setting up site \(id) in \(folder.path)")
    _ = try setup.checkRoot(isRehearsal: rehearsal)
    let keys = Setup.Keys(
      signing: try .generate(), opening: try identity(),
      passphrase: rehearsal ? nil : try passphrase.read(isNew: true))
    let profile =
      if rehearsal {
        try setup.createRehearsal(
          in: folder, epoch: .generate(), key: keys.signing, identity: keys.opening, clock: .now)
      } else {
        try setup.createProduction(in: folder, epoch: .generate(), keys: keys, clock: .now)
      }
    let recipient = try OpenedSite(opening: folder, .system).recipient()
    return Outcome(
      lines: Rehearsal.lines(profile) + [
        "site \(id) is set up in \(folder.path)",
        "  pinned root:     \(profile.rootFingerprint)",
        "  epoch:           \(profile.epoch)"
          + (profile.restoredFrom.map { ", restored from \($0)" } ?? ""),
        "  signing key:     \(profile.keyID)", "  opening key:     \(recipient)",
        "  content library: \(profile.library)",
      ] + people.map { "  may approve:     \($0.name), key \($0.key.id)" } + [
        "next: `waybill-site enrol --to FILE`, and carry the file to the centre"
      ],
      facts: [
        Rehearsal.fact(profile), ("site", .string(id.text)),
        ("epoch", .string(profile.epoch.text)),
        ("restored_from", profile.restoredFrom.map { .string($0.text) } ?? .null),
        ("key_id", .string(profile.keyID.hex)),
        ("recipient", .string(recipient.description)),
        ("root_fingerprint", .string(profile.rootFingerprint.hex)),
        ("library", .string(profile.library.string)),
        ("operators", .array(people.map { .string($0.name.text) })),
      ])
  }

  private func lifeBefore() throws(Refusal) -> RandomID? {
    guard let restoredFrom else { return nil }
    guard let epoch = RandomID(restoredFrom.lowercased()) else {
      throw Refusal(
        SiteReason.wrongOption, "--restored-from", seen: restoredFrom,
        expected: "an epoch: 32 hex digits, as `status` of the old state shows it")
    }
    return epoch
  }

  /// `NAME=FILE`.
  private func person(_ text: String) throws(Refusal) -> Approver {
    let parts = text.split(separator: "=", maxSplits: 1)
    guard parts.count == 2, let name = PersonName(parts[0]) else {
      throw Refusal(
        SiteReason.wrongOption, "--operator", seen: text,
        expected: "name=file; a name is \(PersonName.rule)")
    }
    return try PersonKeyFile.person(name, in: FilePath(String(parts[1])))
  }

  /// In production each of the people types it, unseen by the next; in a rehearsal an option gives it.
  private func fingerprints(_ people: [Approver]) throws(Refusal) -> [Digest] {
    if rehearsal { return [try digest(fingerprint ?? "", "--fingerprint")] }
    var typed: [Digest] = []
    for person in people {
      let question = "\(person.name): type the fingerprint of the root from the paper"
      typed.append(try digest(try Prompt.answer(to: question, isHidden: true), "fingerprint"))
    }
    return typed
  }

  private func digest(_ text: String, _ place: String) throws(Refusal) -> Digest {
    let digits = text.lowercased().filter { !$0.isWhitespace && $0 != ":" && $0 != "-" }
    guard let digest = Digest(hex: digits) else {
      throw Refusal(
        SiteReason.wrongOption, place, seen: text.isEmpty ? "nothing" : text,
        expected: "64 hex digits, from the paper")
    }
    return digest
  }

  /// The state must mean the same folder from wherever it is used.
  private func absolute(_ path: FilePath) -> FilePath {
    guard path.isRelative else { return path.lexicallyNormalized() }
    return WorkingFolder.path.pushing(path).lexicallyNormalized()
  }
}
