// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Centre
import Intents
import SystemPackage
import Terminal
import Trust

struct TrustInit: WaybillCommand {
  static let configuration = CommandConfiguration(
    commandName: "init", abstract: "Make a centre whose keys are with several people.",
    discussion: """
      Every holder has run `key generate` on a machine of their own and handed in the public key. Here the keys
      of exporter and courier are made, the first roles drafted, and a request written for the holders. The centre
      works once enough of them have signed. The ceremony is described in keys/README.md.
      """)

  @OptionGroup var common: CommonOptions
  @OptionGroup var centre: CentreOptions
  @OptionGroup var passphrase: PassphraseOptions
  @OptionGroup var requests: RequestOptions
  @Option(
    help: ArgumentHelp("How many of how many keys sign root, such as 3of5.", valueName: "KofN"))
  var root: String?
  @Option(help: ArgumentHelp("The same for targets.", valueName: "KofN")) var targets: String?
  @Option(help: ArgumentHelp("The same for content.", valueName: "KofN")) var content: String?
  @Option(help: ArgumentHelp("The same for policy.", valueName: "KofN")) var policy: String?
  @Option(
    help: ArgumentHelp(
      "A holder's public key and what it signs for, such as root=ada.pub.json.",
      discussion:
        "Give it once a key. Only targets and policy may share keys: targets,policy=FILE.",
      valueName: "role=file"))
  var key: [String] = []
  @Option(
    help: ArgumentHelp(
      "Where the exporter's cold spare is written, to be locked away.", valueName: "file"))
  var spareTo: String?
  @Option(
    help: ArgumentHelp(
      "Whom START-HERE.html on every medium tells people to call.", valueName: "text"))
  var contact: String?
  @Flag(
    help: "Make a rehearsal: keys may lie open, and those of a role without --key are made here.")
  var rehearsal = false

  func perform(_ console: Console) throws -> Outcome {
    var quorums: [MetadataRole: Quorum] = [:]
    for (role, text) in [
      (MetadataRole.root, root), (.targets, targets), (.content, content), (.policy, policy),
    ] {
      quorums[role] = try text.map { text throws(Refusal) in
        try Given.quorum(text, "--\(role.rawValue)")
      }
    }
    let isEncrypted = !rehearsal || passphrase.passphraseFd != nil
    let plan = CentreSetup.Plan(
      isRehearsal: rehearsal, quorums: quorums, holders: try holders(),
      spare: spareTo.map { FilePath($0) }, contact: contact,
      passphrase: isEncrypted ? try passphrase.readNew() : nil)
    let (profile, standing) = try CentreSetup.create(plan, in: centre.folder, at: SystemClock.now())
    var done = [
      "Made a centre in \(centre.folder.string)."
        + (rehearsal ? " REHEARSAL: never for production." : "")
    ]
    var facts: [(String, JSONValue)] = [
      ("state", .string(centre.folder.string)), ("rehearsal", .bool(rehearsal)),
    ]
    if standing.isPublished {
      let root = try Repository(of: profile).root()
      done.append("Root 1, fingerprint \(root.fingerprint)")
      facts.append(("root_fingerprint", .string(root.fingerprint.hex)))
    }
    var outcome = try requests.outcome(of: standing, in: profile, done: done, facts: facts)
    if let spareTo {
      outcome.lines.append(
        "The exporter's spare is in \(spareTo): lock it away, apart from this host.")
    }
    return outcome
  }

  private func holders() throws(Refusal) -> [MetadataRole: [PublicKeyFile]] {
    var holders: [MetadataRole: [PublicKeyFile]] = [:]
    for text in key {
      let parts = text.split(separator: "=", maxSplits: 1).map(String.init)
      guard parts.count == 2 else { throw Given.wrong("--key", text, "ROLE=FILE") }
      let file = try Given.publicKey(parts[1])
      for name in parts[0].split(separator: ",") {
        guard let role = OfflineRole(rawValue: String(name)) else {
          throw Given.wrong("--key", text, "root, targets, content or policy before the =")
        }
        holders[role.role, default: []].append(file)
      }
    }
    return holders
  }
}
