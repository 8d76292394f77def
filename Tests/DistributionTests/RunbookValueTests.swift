// SPDX-License-Identifier: Apache-2.0
import Distribution
import Intents
import Testing

@Suite struct RunbookValueTests {
  @Test(
    "A25: what could end a literal, be expanded or be unseen is refused in every kind of value",
    arguments: [
      "a'b", "a\u{2018}b", "a\u{2019}b", "a\u{201A}b", "a\u{201B}b", "a`b", "a%b", "a\nb", "a\rb",
      "a\u{0}b", "a\u{7F}b", "a\u{85}b", "a\u{2028}b", "a\u{2029}b", "a\u{202E}b", "a\u{200B}b",
      "a\u{FEFF}b", "a\u{A0}b", "a\u{E000}b", "", " a", "a ",
    ])
  func refused(value: String) {
    for kind in StepText.Kind.allCases {
      refuses(.valueRefused) { _ = try StepText(value, as: kind, of: "value") }
    }
  }

  @Test("A25: a dollar gets into a share's name and nowhere else, a quote mark into a command only")
  func signs() throws {
    #expect(try StepText(#"\\srv\src$\x"#, as: .path, of: "path").text == #"\\srv\src$\x"#)
    refuses(.valueRefused) { _ = try StepText("$x", as: .name, of: "name") }
    refuses(.valueRefused) { _ = try StepText("setup.exe $x", as: .command, of: "command") }
    _ = try StepText(#"msiexec /i "a b.msi" /qn"#, as: .command, of: "command")
    refuses(.valueRefused) { _ = try StepText(#"a"b"#, as: .name, of: "name") }
    refuses(.valueRefused) { _ = try StepText(#"\\srv\a"b"#, as: .path, of: "path") }
  }

  @Test(
    "letters of any script are a name",
    arguments: ["Größe", "Ærø & Å", "製品 3", "Tool (x64), v1.0+b"])
  func names(value: String) throws {
    #expect(try StepText(value, as: .name, of: "name").text == value)
  }

  @Test(
    "a folder has a whole path",
    arguments: [
      "src", #"src\x"#, #"\\srv"#, #"\\srv\share"#, #"C:"#, #"c:\x"#, #"C:x"#, #"C:\..\x"#,
      #"\\srv\share\..\x"#, #"\\srv\\x"#, "//srv/share/x",
    ])
  func paths(value: String) {
    refuses(.valueRefused) { _ = try StepText(value, as: .path, of: "path") }
  }

  @Test("a point is a host", arguments: ["dp 1", "dp_1", "dp1/x", "dpø"])
  func hosts(value: String) {
    refuses(.valueRefused) { _ = try StepText(value, as: .host, of: "host") }
  }

  @Test("a text of one kind is refused in the place of another")
  func kinds() throws {
    let name = try Runbooks.text("x", .name)
    let stamp = StepMark(
      owner: try Runbooks.name("x"), part: .package, content: Runbooks.digest(""), age: 1)
    refuses(.valueRefused) {
      _ = try PackageStep(stamp: stamp, name: name, version: name, source: name)
    }
    refuses(.valueRefused) {
      _ = try ProgramStep(
        package: .known(Runbooks.id("PS100001")), stamp: stamp, name: Runbooks.name("x"),
        commandLine: Runbooks.text("x", .command), account: .system, duration: 1441)
    }
    refuses(.valueRefused) { _ = try Runbooks.settings(points: []) }
    refuses(.valueRefused) { _ = try Runbooks.settings(collections: ["LAB"]) }
    let step = SiteStep(
      try #require(StepKey("a@b")), for: try Runbooks.name("x"),
      .distribute(package: .known(try Runbooks.id("PS100001")), points: [name]))
    refuses(.valueRefused) { _ = try Runbooks.script([step]) }
  }

  @Test("values of an intent's content are refused before anything is generated (A25)")
  func beforehand() throws {
    let rig = try RunbookRig()
    let intent = try Runbooks.intent()
    try rig.announce([.deploy(intent, Runbooks.manifest(command: "setup.exe `whoami`"))])
    #expect(try rig.scripts.isEmpty)
    refuses(.valueRefused) { _ = try rig.apply(intent) }
    #expect(DistributionReason.valueRefused.exit == .policyViolation)
  }

  @Test("a key is read as it is written, and nothing else is a key")
  func keys() {
    #expect(StepKey("package.1@2")?.description == "package.1@2")
    for text in ["", "a", "@", "a@", "@b", "a@b@c", "a'@b", "a@b c", "a@B\n", "a\u{E9}@b"] {
      #expect(StepKey(text) == nil, "\(text)")
    }
  }

  @Test("a stamp that was made elsewhere is of ours and of plain characters")
  func stamps() throws {
    let content = Runbooks.digest("")
    let mark = try StepMark(stamp: "waybill:1:tool:r4", content: content, age: 4)
    #expect(mark.stamp == "waybill:1:tool:r4")
    for text in [
      "", "waybill:1:", "waybill:2:x", "x", "waybill:1:a b", "waybill:1:a'b", "waybill:1:a_b",
      "waybill:1:" + String(repeating: "a", count: 90),
    ] {
      refuses(.valueRefused) { _ = try StepMark(stamp: text, content: content, age: 1) }
    }
  }
}
