// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Bundles
import Centre
import Intents
import SystemPackage
import Terminal
import Trust

struct TrustGroup: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "trust",
    abstract: "Who may sign: set up, rotate, renew, revoke, collect signatures.",
    discussion: """
      Root, targets, content and policy are signed by several people, each on a machine of their own. A change is
      drafted here, carried to them as a request file, signed with `waybill-centre sign`, and merged here. It is
      published in one step when enough have signed; until then nothing of it leaves this centre.
      """,
    subcommands: [
      TrustInit.self, TrustShow.self, TrustRequest.self, TrustMerge.self, TrustDrop.self,
      TrustRotate.self, TrustRenew.self, TrustRevoke.self, TrustAdopt.self,
    ])
}

/// The roles whose keys are with their holders.
enum OfflineRole: String, CaseIterable, ExpressibleByArgument {
  case root, targets, content, policy

  var role: MetadataRole {
    switch self {
    case .root: .root
    case .targets: .targets
    case .content: .content
    case .policy: .policy
    }
  }
}

struct TrustRequest: WaybillCommand {
  static let configuration = CommandConfiguration(
    commandName: "request", abstract: "Write the requests of all drafts again.",
    discussion: "They carry the signatures merged so far.")

  @OptionGroup var common: CommonOptions
  @OptionGroup var centre: CentreOptions
  @OptionGroup var requests: RequestOptions

  func perform(_ console: Console) throws -> Outcome {
    let profile = try centre.open(console)
    let ceremonies = Ceremonies(of: profile)
    var lines: [String] = []
    var files: [JSONValue] = []
    for waiting in try ceremonies.waiting() {
      let request = try ceremonies.request(for: try waiting.ceremony.get())
      let file = try requests.write(request, in: profile)
      files.append(.string(file.string))
      lines += ["\(request.ceremony.title): \(file.string)", "  digest \(request.ceremony.digest)"]
    }
    return Outcome(
      lines: lines.isEmpty ? ["Nothing is drafted."] : lines, facts: [("requests", .array(files))])
  }
}

struct TrustMerge: WaybillCommand {
  static let configuration = CommandConfiguration(
    commandName: "merge", abstract: "Take in what signers signed; publish when it is enough.",
    discussion: """
      Any number of copies, in any order, also the same one twice. A copy that is about another text, or brings no
      valid signature of a key that is asked for, is refused; the others count.
      """)

  @OptionGroup var common: CommonOptions
  @OptionGroup var centre: CentreOptions
  @OptionGroup var requests: RequestOptions
  @Argument(help: "Signed copies of request files.") var files: [String]

  func validate() throws {
    if files.isEmpty { throw ValidationError("merge takes at least one file") }
  }

  func perform(_ console: Console) throws -> Outcome {
    let profile = try centre.open(console)
    let ceremonies = Ceremonies(of: profile)
    var last: [RandomID: Ceremonies.Standing] = [:]
    var order: [RandomID] = []
    var lines: [String] = []
    var failures: [(String, Refusal)] = []
    for file in files {
      do throws(Refusal) {
        let bytes = try FileQuery.contents(of: FilePath(file), cap: CentreLimits.request)
        let copy = try CeremonyRequest(parsing: bytes, named: file)
        let standing = try ceremonies.merge(copy, named: file, at: SystemClock.now())
        if last[standing.ceremony.id] == nil { order.append(standing.ceremony.id) }
        last[standing.ceremony.id] = standing
        let ids = standing.signedNow.map { String($0.hex.prefix(8)) }
        lines.append("\(file): " + (ids.isEmpty ? "nothing new" : ids.joined(separator: ", ")))
      } catch {
        failures.append((file, error))
      }
    }
    return try outcome(order.compactMap { last[$0] }, lines, failures, profile)
  }

  private func outcome(
    _ standings: [Ceremonies.Standing], _ lines: [String], _ failures: [(String, Refusal)],
    _ profile: CentreProfile
  ) throws(Refusal) -> Outcome {
    var lines = lines
    var waiting: [Refusal] = []
    var ceremonies: [JSONValue] = []
    for standing in standings {
      let outcome = try requests.outcome(of: standing, in: profile, done: [])
      lines += outcome.lines
      ceremonies.append(.object(JSONObject(outcome.facts)))
      if let refusal = outcome.refusal { waiting.append(refusal) }
    }
    for (file, refusal) in failures.dropFirst() {
      lines.append("\(file): \(refusal.code) \(refusal)")
    }
    let refusals = failures.map(\.1) + waiting
    let isPartial = !failures.isEmpty && !standings.isEmpty
    return Outcome(
      exit: isPartial ? .waiting : ExitCode.gravest(refusals.map(\.exit)), refusal: refusals.first,
      lines: lines,
      facts: [
        ("ceremonies", .array(ceremonies)),
        ("published", .bool(!standings.isEmpty && standings.allSatisfy(\.isPublished))),
        (
          "refused",
          .array(
            failures.map { ["file": .string($0.0), "code": .string($0.1.code)] as JSONValue })
        ),
      ])
  }
}

struct TrustDrop: WaybillCommand {
  static let configuration = CommandConfiguration(
    commandName: "drop", abstract: "Discard the draft of a role, with all drafted beside it.")

  @OptionGroup var common: CommonOptions
  @OptionGroup var centre: CentreOptions
  @Argument(help: "root, targets, content or policy.") var role: OfflineRole

  func perform(_ console: Console) throws -> Outcome {
    let profile = try centre.open(console)
    let dropped = try Ceremonies(of: profile).drop(role.role, at: SystemClock.now())
    let names = dropped.roles.map(\.rawValue)
    return Outcome(
      lines: ["Dropped the draft of \(names.joined(separator: ", ")): \(dropped.purpose)."],
      facts: [("roles", .array(names.map { .string($0) })), ("changed", true)])
  }
}

struct TrustAdopt: WaybillCommand {
  static let configuration = CommandConfiguration(
    commandName: "adopt", abstract: "After a restore: take newer roles from a bundle's papers.",
    discussion: """
      Every bundle carries all roles that were published when it was made. What follows from the roots here is taken,
      so that no site is sent an older version than it has seen. Use the newest bundle that there is, for any site.
      """)

  @OptionGroup var common: CommonOptions
  @OptionGroup var centre: CentreOptions
  @Argument(help: ArgumentHelp("papers.tar of a bundle of this centre.", valueName: "papers.tar"))
  var papers: String

  func perform(_ console: Console) throws -> Outcome {
    let profile = try centre.open(console)
    let taken = try Adoption.adopt(FilePath(papers), into: profile, at: SystemClock.now())
    let versions = taken.map { ($0.key.rawValue, JSONValue.integer($0.value)) }
    return Outcome(
      lines: [
        taken.isEmpty
          ? "The papers hold nothing newer; nothing was changed."
          : "Took \(Ceremony.title(taken))."
      ],
      facts: [("roles", .object(JSONObject(versions))), ("changed", .bool(!taken.isEmpty))])
  }
}
