// SPDX-License-Identifier: Apache-2.0
import Bundles
import Intents
import SystemPackage
import TestKit
import Testing
import Trust

/// The drills of keys/README.md: what is done when a key, a holder, a date or a host is lost.
@Suite struct CeremonyDrillTests {
  @Test func P06_aLostHolderIsReplaced() throws {
    let held = try HeldCentre()
    try held.setUp()
    try timed("lost holder") {
      let fresh = try held.generate("content-4")
      let run = try held.centre(
        "trust", "rotate", "content", "--remove", String(held.id("content-1").prefix(8)), "--add",
        fresh)
      // Content 1 was signed by the one who went: it is drafted anew, for the new keys to sign.
      #expect(run["roles"] == ["targets": 2, "content": 2])
      try held.finish(run, by: ["targets-1", "targets-2", "content-2", "content-4"])
      // The lost key signs nothing any more.
      let request = try #require(try held.centre("trust", "renew", "content").text("request"))
      let signed = try BuiltProgram("waybill-centre").run(
        "sign", request, "--key", held.keys["content-1"] ?? "", "--confirm",
        try held.digits(of: request), "--json")
      #expect(signed.exit == 11)
    }
  }

  @Test func P06_aLeakedKeyIsRevokedWhereverItStands() throws {
    let held = try HeldCentre()
    try held.setUp()
    try timed("leaked key") {
      let short = String(held.id("root-3").prefix(8))
      try held.finish(
        try held.centre("trust", "revoke", short), by: ["root-1", "root-2"])
      // Two of two are left: the next one cannot simply go.
      let next = String(held.id("root-2").prefix(8))
      let run = try held.centre("trust", "revoke", next)
      #expect(run.exit == 64)
      #expect(run.text("code") == "WB6469")
      #expect(run.text("expected")?.contains("--replace") == true)
      #expect(try held.centre("trust", "status").output.contains("no key to spare"))
      let fresh = try held.generate("root-4")
      try held.finish(
        try held.centre("trust", "revoke", next, "--replace", fresh),
        by: ["root-1", "root-2", "root-4"])
      #expect(try held.centre("root", "show")["root_version"] == 3)
    }
  }

  @Test func P06_anExpiredRootIsRenewedAndSitesFollow() throws {
    let held = try HeldCentre()
    try held.setUp()
    try held.enrol()
    try timed("expired root") {
      held.day = 740
      let medium = try held.loop.medium()
      #expect(try held.centre("export", "fjord-3", "--to", medium).exit == 14)
      #expect(try held.centre("trust", "status").output.contains("role root expired"))
      for role in HeldCentre.names {
        try held.finish(
          try held.centre("trust", "renew", role), by: ["\(role)-1", "\(role)-2"])
      }
      #expect(try held.centre("trust", "status").list("warnings").isEmpty)
      try held.loop.expectDone(try held.centre("export", "fjord-3", "--to", medium))
      try held.loop.expectDone(try held.site("import", medium))
    }
  }

  @Test func C20_aStolenExporterKeyIsReplacedAndTheLineRecovers() throws {
    let held = try HeldCentre()
    try held.setUp()
    try held.enrol()
    try timed("stolen exporter") {
      let first = try held.loop.medium("first")
      try held.loop.expectDone(try held.centre("export", "fjord-3", "--to", first))
      try held.loop.expectDone(try held.site("import", first))
      // Made before the change, carried after it.
      let stale = try held.loop.medium("stale")
      try held.loop.expectDone(try held.centre("export", "fjord-3", "--to", stale))
      let run = try held.centre("trust", "rotate", "exporter")
      #expect(run["roles"] == ["root": 2, "targets": 2])
      try held.finish(run, by: ["root-1", "root-3", "targets-2", "targets-3"])
      let second = try held.loop.medium("second")
      try held.loop.expectDone(try held.centre("export", "fjord-3", "--to", second))
      try held.loop.expectDone(try held.site("import", second))
      let refused = try held.site("import", stale)
      #expect(refused.exit == 11, "\(refused.output)")
      #expect(refused.text("code") == "WB1113")
    }
  }

  @Test func C01_aRestoredCentreGoesOnAboveAllThatWasSent() throws {
    let held = try HeldCentre()
    try held.setUp()
    try held.enrol()
    try timed("restored centre") {
      try held.loop.expectDone(
        try held.centre("export", "fjord-3", "--to", try held.loop.medium("one")))
      let file = held.loop.scratch["centre.backup"].string
      try held.loop.expectDone(try held.centre("backup", "--to", file))
      // Sent after the backup, and imported: the site is at 2.
      let two = try held.loop.medium("two")
      try held.loop.expectDone(try held.centre("export", "fjord-3", "--to", two))
      try held.loop.expectDone(try held.site("import", two))
      let state = held.loop.scratch["restored"].string
      let restored = try BuiltProgram("waybill-centre").run(
        "restore", file, "--json", "--state", state)
      #expect(restored.exit == 0, "\(restored.output)")
      #expect(restored.list("sites").first?.member("before") == 1)
      #expect(restored.list("sites").first?.member("n") == 1001)
      let three = try held.loop.medium("three")
      let export = try BuiltProgram("waybill-centre").run(
        "export", "fjord-3", "--to", three, "--json", "--state", state)
      #expect(export.exit == 0, "\(export.output)")
      #expect(export.list("bundles").first?.member("n") == 1002)
      try held.loop.expectDone(try held.site("import", three))
    }
  }

  @Test func C01_rolesPublishedAfterTheBackupAreTakenFromANewerBundle() throws {
    let held = try HeldCentre()
    try held.setUp()
    try held.enrol()
    try held.loop.add(version: "1", counter: 1, files: ["a.txt": Array("a".utf8)])
    let file = held.loop.scratch["centre.backup"].string
    try held.loop.expectDone(try held.centre("backup", "--to", file, "--with-depot"))
    // After the backup: root 2, content 2, policy 3, and a bundle that the site takes.
    try held.finish(try held.centre("trust", "renew", "root"), by: ["root-1", "root-2"])
    try held.finish(try held.centre("content", "release"), by: ["content-1", "content-2"])
    try held.loop.expectDone(try held.loop.applyPolicy(site: "fjord-3", egress: "counts-only"))
    try held.finish(try held.centre("policy", "sign"), by: ["policy-1", "policy-2"])
    let newer = try held.loop.medium("newer")
    try held.loop.expectDone(try held.centre("export", "fjord-3", "--to", newer))
    try held.loop.expectDone(try held.site("import", newer))
    try Files.remove(held.loop.scratch["centre"])
    try held.loop.expectDone(try held.centre("restore", file))
    let old = try held.loop.medium("old")
    try held.loop.expectDone(try held.centre("export", "fjord-3", "--to", old))
    #expect(try held.site("import", old).exit == 13)
    let papers = newer + "/fjord-3.out.000001/papers.tar"
    let adopted = try held.centre("trust", "adopt", papers)
    #expect(adopted["roles"] == ["root": 2, "content": 2, "policy": 3], "\(adopted.output)")
    #expect(try held.centre("trust", "adopt", papers)["changed"] == false)
    // The text of the newest policy was not in the backup: it is applied and signed anew.
    #expect(try held.centre("export", "fjord-3", "--to", old).text("code") == "WB6472")
    try held.loop.expectDone(try held.loop.applyPolicy(site: "fjord-3"))
    try held.finish(try held.centre("policy", "sign"), by: ["policy-1", "policy-2"])
    try held.loop.expectDone(try held.loop.applyIntent("tool", version: "1", to: ["fjord-3"]))
    let next = try held.loop.medium("next")
    try held.loop.expectDone(try held.centre("export", "fjord-3", "--to", next))
    try held.loop.expectDone(try held.site("import", next))
  }

  @Test func C01_papersOfAnotherCentreAreNotAdopted() throws {
    let held = try HeldCentre()
    try held.setUp()
    let other = try Rehearsal()
    try other.setUp()
    let medium = try other.medium()
    try other.expectDone(try other.centre("export", "fjord-3", "--to", medium))
    let run = try held.centre("trust", "adopt", medium + "/fjord-3.out.000001/papers.tar")
    #expect(run.exit == 11)
    #expect(run.text("code") == "WB1109")
  }

  @Test func theExportersSpareServesWhenItsKeyIsLost() throws {
    let held = try HeldCentre()
    try held.setUp()
    try held.enrol()
    try Files.remove(held.loop.scratch["centre/keys/exporter.json"])
    let medium = try held.loop.medium()
    try held.loop.expectDone(try held.centre("export", "fjord-3", "--to", medium))
    try held.loop.expectDone(try held.site("import", medium))
    try Files.remove(held.loop.scratch["centre/keys/exporter-spare.json"])
    #expect(try held.centre("export", "fjord-3", "--to", medium).text("code") == "WB6470")
  }

  @Test func statusNamesDaysKeysLinesAndTheFirstExpiry() throws {
    let held = try HeldCentre()
    try held.setUp()
    try held.enrol()
    try held.loop.expectDone(
      try held.centre("export", "fjord-3", "--to", try held.loop.medium()))
    let status = try held.centre("trust", "status")
    #expect(status.list("roles").map { $0.member("threshold") } == [2, 2, 2, 2])
    #expect(status.text("expires_first") == "site")
    #expect(status.list("sites").first?.member("n") == 1)
    #expect(status.list("warnings").isEmpty)
    held.day = 300
    let late = try held.centre("trust", "status")
    #expect(late.text("expires_first") != "site")
    #expect(late.list("warnings").count == 4, "\(late.output)")
  }

  @Test func aRehearsalMakesTheKeysOfRolesWithoutHoldersAndSignsAtOnce() throws {
    let loop = try Rehearsal()
    let run = try loop.centre(
      "trust", "init", "--rehearsal", "--root", "2of3", "--content", "2of2")
    #expect(run["published"] == true, "\(run.output)")
    #expect(try loop.centre("trust", "renew", "root")["published"] == true)
    #expect(try loop.centre("key", "list").list("keys").count == 11)
  }

  @Test func C01_aDamagedOrCutBackupRestoresNothing() throws {
    let held = try HeldCentre()
    try held.setUp()
    let file = held.loop.scratch["centre.backup"].string
    try held.loop.expectDone(try held.centre("backup", "--to", file))
    let whole = try Files.bytes(FilePath(file))
    for (name, bytes) in [
      (
        "flipped",
        whole.enumerated().map { $0.offset == whole.count - 9 ? $0.element ^ 1 : $0.element }
      ),
      ("cut", Array(whole.dropLast())), ("no listing", Array(whole.dropFirst(3))),
    ] {
      try Files.write(bytes, to: FilePath(file))
      let state = held.loop.scratch["restored \(name)"].string
      let run = try BuiltProgram("waybill-centre").run(
        "restore", file, "--json", "--state", state)
      #expect(run.exit == 10, "\(name): \(run.output)")
      if name == "flipped" { #expect(run.text("code") == "WB1065") }
      #expect(try Files.names(in: FilePath(state)).contains("ledger.sqlite") == false)
    }
  }

  @Test func C23_aFolderCopiedByOtherMeansSignsOnceTheRestoreIsDeclared() throws {
    let held = try HeldCentre()
    try held.setUp()
    try held.enrol()
    try held.loop.scratch.write("centre/numbers/fjord-3", "7\n")
    let medium = try held.loop.medium()
    #expect(try held.centre("export", "fjord-3", "--to", medium).exit == 13)
    let declared = try held.centre("restore", "--declare")
    #expect(declared.list("sites").first?.member("n") == 1007)
    let export = try held.centre("export", "fjord-3", "--to", medium)
    #expect(export.list("bundles").first?.member("n") == 1008)
    // A restore that was interrupted before its numbers were lifted signs nothing either.
    try held.loop.scratch.write("centre/restoring", "")
    #expect(try held.centre("export", "fjord-3", "--to", medium).exit == 13)
  }

  @Test func aKitHoldsTheRootOnAMediumAndItsFingerprintOnPaper() throws {
    let held = try HeldCentre()
    try held.setUp()
    let agent = try held.loop.scratch.write("agent", "a program")
    let folder = held.loop.scratch["kit"].string
    let run = try held.centre("kit", "fjord-3", "--to", folder, "--agent", agent.string)
    #expect(run.exit == 0, "\(run.output)")
    let fingerprint = try #require(run.text("root_fingerprint"))
    #expect(
      try Files.names(in: FilePath(folder)) == [
        "medium/README.txt", "medium/SHA256SUMS", "medium/root.json", "medium/waybill-site",
        "paper/fingerprint.html", "paper/fingerprint.txt",
      ])
    #expect(
      Digest.sha256(try Files.bytes(FilePath(folder + "/medium/root.json"))).hex == fingerprint)
    let paper = String(
      decoding: try Files.bytes(FilePath(folder + "/paper/fingerprint.txt")), as: UTF8.self)
    #expect(paper.filter { !$0.isWhitespace }.contains(fingerprint))
    #expect(
      try Tool("sh").run("-c", "cd \"$0/medium\" && sha256sum -c SHA256SUMS", folder).exit == 0)
    #expect(try held.centre("kit", "fjord-3", "--to", folder).exit == 64)
  }

  @Test func productionIsMadeByHoldersWithEncryptedKeysAndItsSpareLiesElsewhere() throws {
    let scratch = try Scratch()
    let phrase = try scratch.write("phrase", "correct horse battery staple\n").string
    let program = BuiltProgram(
      "waybill-centre", wrapper: ["sh", "-c", "exec 9<\"$PHRASE\"; exec \"$0\" \"$@\""],
      environment: ["PHRASE": phrase])
    let state = scratch["centre"].string
    var arguments = ["trust", "init", "--state", state, "--passphrase-fd", "9", "--json"]
    var keys: [String] = []
    for role in ["root", "targets,policy", "content"] {
      for number in 1...2 {
        let file = scratch["\(role.prefix(4))-\(number)"].string
        let made = try program.run(
          "key", "generate", "--to", file, "--passphrase-fd", "9", "--json")
        #expect(made["encrypted"] == true, "\(made.output) \(made.errors)")
        #expect(FileQuery.status(FilePath(file))?.mode == 0o600)
        keys.append(file)
        arguments += ["--key", "\(role)=\(file).pub.json"]
      }
    }
    let spare = scratch["spare.json"].string
    let quorums = HeldCentre.names.flatMap { ["--\($0)", "2of2"] }
    // One signer is no ceremony, and a spare beside the key is none.
    let single = ["--root", "1of2", "--targets", "2of2", "--content", "2of2", "--policy", "2of2"]
    #expect(try program.run(arguments + single + ["--spare-to", spare]).text("code") == "WB6469")
    #expect(try program.run(arguments + quorums).text("code") == "WB6469")
    #expect(FileQuery.status(FilePath(state)) == nil)
    #expect(FileQuery.status(FilePath(spare)) == nil)
    let first = try program.run(arguments + quorums + ["--spare-to", spare])
    #expect(first.exit == 15, "\(first.output) \(first.errors)")
    var copy = try #require(first.text("request"))
    let digits = String(try #require(first.text("digest")).prefix(8))
    for key in keys {
      let signed = try program.run(
        "sign", copy, "--key", key, "--confirm", digits, "--passphrase-fd", "9", "--json")
      #expect(signed.exit == 0, "\(signed.output) \(signed.errors)")
      copy = try #require(signed.text("file"))
    }
    let merged = try program.run("trust", "merge", copy, "--state", state, "--json")
    #expect(merged["published"] == true, "\(merged.output)")
    #expect(try program.run("root", "show", "--state", state, "--json")["rehearsal"] == false)
    let listed = try program.run("key", "list", "--state", state, "--json").list("keys")
    #expect(listed.map { $0.member("name") } == ["courier", "exporter", "opening"])
    #expect(listed.allSatisfy { $0.member("encrypted") == true })
  }

  @Test func P09_aHoldersKeyIsNeverMadeOpenOutsideARehearsal() throws {
    let scratch = try Scratch()
    let run = try BuiltProgram("waybill-centre").run(
      "key", "generate", "--to", scratch["open"].string, "--json")
    #expect(run.exit == 15)
    #expect(try Files.names(in: scratch.path).isEmpty)
  }
}

/// Runs a drill and prints how long it took.
private func timed(_ name: String, _ drill: () throws -> Void) rethrows {
  let clock = ContinuousClock()
  let start = clock.now
  try drill()
  print("drill: \(name) in \(clock.now - start)")
}
