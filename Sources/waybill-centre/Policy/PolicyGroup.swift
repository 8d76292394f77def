// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Centre
import Intents
import Terminal
import Trust

struct PolicyGroup: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "policy", abstract: "What each site is held to.",
    subcommands: [PolicyApply.self, PolicySign.self, PolicyShow.self])
}

struct PolicyApply: WaybillCommand {
  static let configuration = CommandConfiguration(
    commandName: "apply", abstract: "Take a policy file as the draft for its site.",
    discussion:
      "The draft takes effect with `policy sign`. The schema is docs/schemas/policy.schema.json.")

  @OptionGroup var common: CommonOptions
  @OptionGroup var centre: CentreOptions
  @Option(name: .shortAndLong, help: ArgumentHelp("The policy file (YAML).", valueName: "yaml"))
  var file: String

  func perform(_ console: Console) throws -> Outcome {
    let profile = try centre.open(console)
    let policy = try PolicyDescription.policy(parsing: try Given.text(of: file), file: file)
    let isNew = try PolicyKeeper(of: profile).apply(policy, at: SystemClock.now())
    let site = policy.site?.text ?? ""
    return Outcome(
      lines: [
        isNew
          ? "Drafted the policy of \(site). Next: waybill-centre policy sign"
          : "The policy of \(site) is this already; nothing was changed."
      ], facts: [("site", .string(site)), ("changed", .bool(isNew))])
  }
}

struct PolicySign: WaybillCommand {
  static let configuration = CommandConfiguration(
    commandName: "sign", abstract: "Sign all drafted policies into a new version of role policy.",
    discussion: """
      Where the keys of role policy are with their holders this writes a request to carry to them and ends
      with 15; `trust merge` takes what they signed.
      """)

  @OptionGroup var common: CommonOptions
  @OptionGroup var centre: CentreOptions
  @OptionGroup var passphrase: PassphraseOptions
  @OptionGroup var requests: RequestOptions

  func perform(_ console: Console) throws -> Outcome {
    let profile = try centre.open(console)
    guard
      let (standing, sites) = try PolicyKeeper(of: profile).sign(
        keys: passphrase.ring(of: profile), at: SystemClock.now())
    else {
      return Outcome(
        lines: ["There is no draft to sign; nothing was changed."],
        facts: [("sites", []), ("changed", false)])
    }
    let names = sites.map(\.text)
    let version = standing.ceremony.drafts.versions[.policy] ?? 0
    return try requests.outcome(
      of: standing, in: profile,
      done: ["Signed policy \(version), with the policies of \(names.joined(separator: ", "))."],
      facts: [
        ("policy_version", .integer(version)), ("sites", .array(names.map { .string($0) })),
      ])
  }
}

struct PolicyShow: WaybillCommand {
  static let configuration = CommandConfiguration(
    commandName: "show", abstract: "Show what holds for a site, and its draft if there is one.")

  @OptionGroup var common: CommonOptions
  @OptionGroup var centre: CentreOptions
  @Argument(help: "The site's id.") var site: String

  func perform(_ console: Console) throws -> Outcome {
    let profile = try centre.open(console)
    let site = try profile.ledger.site(try Given.site(site)).id
    let keeper = PolicyKeeper(of: profile)
    let signed = try keeper.signed(site)
    let newest = try keeper.newest(site)
    let draft = newest?.signedVersion == nil ? newest : nil
    var lines = ["In force at \(site):"]
    lines += PolicyText.lines(signed?.policy ?? .builtIn)
    if signed == nil { lines[0] += " the built-in policy, no other has been signed" }
    if let draft { lines += ["Draft of \(draft.appliedAt):"] + PolicyText.lines(draft.policy) }
    return Outcome(
      lines: lines,
      facts: [
        ("site", .string(site.text)), ("in_force", PolicyShow.json(signed?.policy ?? .builtIn)),
        ("signed_version", signed?.signedVersion.map { .integer($0) } ?? .null),
        ("draft", draft.map { PolicyShow.json($0.policy) } ?? .null),
      ])
  }

  private static func json(_ policy: SitePolicy) -> JSONValue {
    [
      "sealing": .string(policy.sealing.rawValue), "egress": .string(policy.egress.rawValue),
      "removals": .string(policy.removals.rawValue), "operators": .integer(policy.operators),
      "collections": .array(policy.collections.map(\.text).sorted().map { .string($0) }),
      "scope_ceiling": .array(policy.scopeCeiling.map(\.text).sorted().map { .string($0) }),
    ]
  }
}
