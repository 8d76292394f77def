// SPDX-License-Identifier: Apache-2.0
import Bundles
import SystemPackage
import TestKit
import Testing
import Trust

/// A production centre and a production site in one temporary folder, with people at every gate: holders of offline
/// keys, officers at the centre, operators at the site. All keys are encrypted with one passphrase.
final class Production: Sendable {
  /// Gives the steps that need no passphrase.
  let loop: Rehearsal
  private let phrase: String
  private let isRecorded: Bool

  static let phrase = "correct horse battery staple"
  static let officers = ["Cleo", "Dag"]
  static let operators = ["Anna", "Bo"]
  /// Two of two for each role; targets and policy share theirs.
  static let holders = ["root-1", "root-2", "tapo-1", "tapo-2", "content-1", "content-2"]

  /// - Parameter isRecorded: leaves, in the folder `traces`, every call of the programs that starts a program or writes,
  ///   with all its bytes.
  init(phrase: String = Production.phrase, isRecorded: Bool = false) throws {
    self.phrase = phrase
    self.isRecorded = isRecorded
    loop = try Rehearsal()
    try loop.scratch.write("phrase", phrase + "\n")
    try loop.scratch.folder("traces")
    try loop.scratch.folder("temporary")
  }

  /// A program with the passphrase on descriptor 9.
  private func program(_ name: String) -> BuiltProgram {
    let recorder =
      "strace -f -v -xx -s 1000000 -e trace=execve,write,pwrite64,writev,sendto -o \"$TRACES/$$\""
    let wrapper = "exec 9<\"$PHRASE\"; exec \(isRecorded ? recorder : "") \"$0\" \"$@\""
    return BuiltProgram(
      name, wrapper: ["sh", "-c", wrapper],
      environment: [
        "PHRASE": loop.scratch["phrase"].string, "TRACES": loop.scratch["traces"].string,
        "TMPDIR": loop.scratch["temporary"].string,
      ])
  }

  /// A command of the centre that opens keys.
  func centre(_ arguments: String...) throws -> BuiltProgram.Run { try centre(arguments) }

  func centre(_ arguments: [String]) throws -> BuiltProgram.Run {
    try program("waybill-centre").run(
      arguments + [
        "--passphrase-fd", "9", "--json", "--state", loop.scratch["centre"].string,
      ])
  }

  /// A command of the site that opens keys.
  func site(_ arguments: String...) throws -> BuiltProgram.Run {
    try program("waybill-site").run(
      arguments + [
        "--passphrase-fd", "9", "--json", "--state", loop.scratch["site-fjord-3"].string,
      ])
  }

  /// Makes the key of a person who has none yet.
  private func makeKey(of person: String) throws {
    guard FileQuery.status(FilePath(key(of: person))) == nil else { return }
    try loop.expectDone(
      try program("waybill-site").run(
        "key", "generate", "--to", key(of: person), "--name", person, "--passphrase-fd", "9",
        "--json"))
  }

  func key(of person: String) -> String { loop.scratch["\(person).json"].string }

  /// Makes the holders, the centre and its officers.
  ///
  /// - Returns: what `trust merge` said.
  func setUpCentre() throws -> BuiltProgram.Run {
    var arguments = ["trust", "init", "--spare-to", loop.scratch["spare.json"].string]
    for role in ["root", "targets", "content", "policy"] { arguments += ["--\(role)", "2of2"] }
    for holder in Self.holders {
      let file = loop.scratch["\(holder).key"].string
      try loop.expectDone(
        try program("waybill-centre").run(
          "key", "generate", "--to", file, "--label", holder, "--passphrase-fd", "9", "--json"))
      let role = holder.hasPrefix("tapo") ? "targets,policy" : String(holder.dropLast(2))
      arguments += ["--key", "\(role)=\(file).pub.json"]
    }
    let merged = try finish(try centre(arguments), by: Self.holders)
    for officer in Self.officers {
      try makeKey(of: officer)
      let vouched = try ["tapo-1", "tapo-2"].flatMap { holder in
        ["--vouched", try vouch(for: officer, by: holder)]
      }
      try loop.expectDone(
        try loop.centre.run(
          ["officer", "add", officer, "\(key(of: officer)).pub"] + vouched
            + ["--json", "--state", loop.scratch["centre"].string]))
    }
    return merged
  }

  /// A holder of role policy vouches for an officer.
  ///
  /// - Returns: the file with the statement.
  private func vouch(for officer: String, by holder: String) throws -> String {
    let file = loop.scratch["\(officer)-by-\(holder)"].string
    let arguments = [
      "officer", "vouch", officer, "\(key(of: officer)).pub", "--key",
      loop.scratch["\(holder).key"].string, "--to", file, "--passphrase-fd", "9", "--json",
      "--confirm",
    ]
    let asked = try program("waybill-centre").run(arguments + ["?"])
    try loop.expectDone(
      try program("waybill-centre").run(arguments + [asked.text("expected") ?? ""]))
    return file
  }

  /// Has the request of `run`, which waits for signatures, signed by `holders` one after the other, and merges it.
  @discardableResult
  func finish(_ run: BuiltProgram.Run, by holders: [String]) throws -> BuiltProgram.Run {
    #expect(run.exit == 15, "\(run.output) \(run.errors)")
    var copy = try #require(run.text("request"))
    let digits = String(try #require(run.text("digest")).prefix(8))
    for holder in holders {
      let signed = try program("waybill-centre").run(
        "sign", copy, "--key", loop.scratch["\(holder).key"].string, "--confirm", digits,
        "--passphrase-fd", "9", "--json")
      try loop.expectDone(signed)
      copy = try #require(signed.text("file"))
    }
    let merged = try loop.centre("trust", "merge", copy)
    #expect(merged["published"] == true, "\(merged.output)")
    return merged
  }

  /// Anna and Bo type the fingerprint from the paper at the site's terminal, then the passphrase is set.
  func initialiseSite(_ more: String...) throws -> BuiltProgram.Run {
    let root = try loop.centre("root", "show", "--to", loop.scratch["root.json"].string)
    try loop.expectDone(root)
    let fingerprint = root.text("root_fingerprint") ?? ""
    var arguments = [
      "init", "--site", "fjord-3", "--root", loop.scratch["root.json"].string, "--library",
      loop.scratch["library-fjord-3"].string, "--json", "--state",
      loop.scratch["site-fjord-3"].string,
    ]
    for person in Self.operators {
      try makeKey(of: person)
      arguments += ["--operator", "\(person)=\(key(of: person)).pub"]
    }
    return try program("waybill-site").run(
      arguments + more,
      answering: [
        ("Anna: type", fingerprint), ("Bo: type", fingerprint), ("New passphrase", phrase),
        ("same again", phrase),
      ])
  }

  /// Writes the enrolment, and types its fingerprint at the centre's terminal.
  ///
  /// - Parameter read: what the site reads over the telephone; nil is the truth.
  func enrol(read: String? = nil) throws -> BuiltProgram.Run {
    let file = loop.scratch["fjord-3.enrolment.json"].string
    let enrolled = try site("enrol", "--to", file)
    try loop.expectDone(enrolled)
    return try BuiltProgram("waybill-centre").run(
      ["site", "add", file, "--json", "--state", loop.scratch["centre"].string],
      answering: [("fingerprint of the enrolment", read ?? enrolled.text("fingerprint") ?? "")])
  }

  /// Centre and site, the enrolment confirmed by both officers.
  func setUp() throws {
    _ = try setUpCentre()
    try loop.expectDone(try initialiseSite())
    try loop.expectDone(try enrol())
    for officer in Self.officers { try loop.expectDone(try approve(as: officer)) }
  }

  /// An officer approves what waits for the site.
  func approve(as officer: String) throws -> BuiltProgram.Run {
    let arguments = ["approve", "fjord-3", "--key", key(of: officer), "--confirm"]
    let asked = try centre(arguments + ["?"])
    #expect(asked.text("code") == "WB1596", "\(asked.output)")
    return try centre(arguments + [asked.text("expected") ?? ""])
  }

  /// Signs the policy with which the loop runs.
  func signPolicy() throws {
    try loop.expectDone(
      try loop.applyPolicy(site: "fjord-3", sealing: "required", operators: 2))
    try finish(try centre("policy", "sign"), by: ["tapo-1", "tapo-2"])
  }

  /// An operator approves the plan with these digits.
  func approve(_ digits: String, as operatorName: String) throws -> BuiltProgram.Run {
    try site("approve", "--key", key(of: operatorName), "--confirm", digits)
  }
}
