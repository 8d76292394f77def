// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Centre
import Intents
import SystemPackage
import Terminal
import Trust

struct TrustRotate: WaybillCommand {
  /// What can be rotated.
  enum Subject: String, CaseIterable, ExpressibleByArgument {
    case root, targets, content, policy, exporter
  }

  static let configuration = CommandConfiguration(
    commandName: "rotate", abstract: "Draft other keys, or another threshold, for a role.",
    discussion: """
      `rotate exporter` makes a new key and a new spare and puts them in all the exporter's roles at once, so that
      sites recover from numbers that a thief of the old key drove up.
      """)

  @OptionGroup var common: CommonOptions
  @OptionGroup var centre: CentreOptions
  @OptionGroup var passphrase: PassphraseOptions
  @OptionGroup var requests: RequestOptions
  @Argument(help: "root, targets, content, policy or exporter.") var role: Subject
  @Option(help: ArgumentHelp("Public key of a new holder.", valueName: "file")) var add: [String] =
    []
  @Option(help: ArgumentHelp("Key to take out; 8 digits are enough.", valueName: "keyid"))
  var remove: [String] = []
  @Option(help: ArgumentHelp("How many of how many keys sign from then on.", valueName: "KofN"))
  var threshold: String?
  @Option(
    help: ArgumentHelp("With exporter: where the new spare is written.", valueName: "file"))
  var spareTo: String?

  func validate() throws {
    let isExporter = role == .exporter
    guard isExporter ? add.isEmpty && remove.isEmpty && threshold == nil : spareTo == nil else {
      throw ValidationError(
        "rotate exporter takes --spare-to; the other roles take --add, --remove and --threshold")
    }
  }

  func perform(_ console: Console) throws -> Outcome {
    let profile = try centre.open(console)
    let change = KeyChange(
      of: profile, keys: passphrase.ring(of: profile), at: SystemClock.now())
    let standing: Ceremonies.Standing
    if let offline = OfflineRole(rawValue: role.rawValue) {
      let added = try add.map { path throws(Refusal) in try Given.publicKey(path) }
      let quorum = try threshold.map { text throws(Refusal) in
        try Given.quorum(text, "--threshold")
      }
      standing = try change.rotate(offline.role, adding: added, removing: remove, to: quorum)
    } else {
      standing = try change.rotateExporter(spare: spareTo.map { FilePath($0) })
    }
    return try requests.outcome(of: standing, in: profile, done: [])
  }
}

struct TrustRenew: WaybillCommand {
  static let configuration = CommandConfiguration(
    commandName: "renew", abstract: "Draft a role anew, the same but for its expiry.",
    discussion: """
      A stolen exporter key may have signed a date that is far ahead, and sites that took it hold every later bundle for
      expired. After the key is replaced (`rotate exporter`), `renew root --time-floor-reset` brings their floor of time
      back to the moment given, such as today's; each such root does it once.
      """)

  @OptionGroup var common: CommonOptions
  @OptionGroup var centre: CentreOptions
  @OptionGroup var passphrase: PassphraseOptions
  @OptionGroup var requests: RequestOptions
  @Argument(help: "root, targets, content or policy.") var role: OfflineRole
  @Option(
    help: ArgumentHelp(
      "With root: the moment to which the floor of time falls.", valueName: "YYYY-MM-DDTHH:MM:SSZ"))
  var timeFloorReset: String?

  func validate() throws {
    guard timeFloorReset == nil || role == .root else {
      throw ValidationError("--time-floor-reset is a matter of root")
    }
  }

  func perform(_ console: Console) throws -> Outcome {
    let profile = try centre.open(console)
    let change = KeyChange(
      of: profile, keys: passphrase.ring(of: profile), at: SystemClock.now())
    guard let timeFloorReset else {
      return try requests.outcome(of: try change.renew(role.role), in: profile, done: [])
    }
    guard let moment = Instant(timeFloorReset) else {
      throw Given.wrong("--time-floor-reset", timeFloorReset, "YYYY-MM-DDTHH:MM:SSZ")
    }
    return try requests.outcome(
      of: try change.renewRoot(resettingTimeTo: moment), in: profile,
      done: ["Sites lower their floor of time to \(moment) with the next bundle."])
  }
}

struct TrustRevoke: WaybillCommand {
  static let configuration = CommandConfiguration(
    commandName: "revoke", abstract: "Draft roles without a key that was lost or seen by others.",
    discussion: """
      The key is taken out of every role where it stands. Where too few would be left, --replace names the key
      that takes its place. The exporter's key is replaced with `trust rotate exporter`.
      """)

  @OptionGroup var common: CommonOptions
  @OptionGroup var centre: CentreOptions
  @OptionGroup var passphrase: PassphraseOptions
  @OptionGroup var requests: RequestOptions
  @Argument(help: "Id of the key; 8 digits are enough.") var keyid: String
  @Option(help: ArgumentHelp("Public key that takes its place.", valueName: "file"))
  var replace: String?

  func perform(_ console: Console) throws -> Outcome {
    let profile = try centre.open(console)
    let change = KeyChange(
      of: profile, keys: passphrase.ring(of: profile), at: SystemClock.now())
    let replacement = try replace.map { path throws(Refusal) in try Given.publicKey(path) }
    return try requests.outcome(
      of: try change.revoke(keyid, replacement: replacement), in: profile, done: [])
  }
}
