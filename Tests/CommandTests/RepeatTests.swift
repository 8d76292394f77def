// SPDX-License-Identifier: Apache-2.0
import SystemPackage
import TestKit
import Testing

@Test func C10_aBundleWrittenAgainElsewhereIsTheSameToTheByte() throws {
  let loop = try Rehearsal()
  try loop.setUp()
  try loop.release(
    version: "1", counter: 1,
    files: [
      "tool.exe": program(1, count: 200_000), "b/a.txt": Array("a".utf8),
      "a/b.txt": Array("b".utf8),
    ])
  let medium = try loop.medium()
  try loop.expectDone(try loop.centre("export", "fjord-3", "--to", medium))
  let away = try OtherPlace()
  let moved = "\(away.path)/moved centre"
  try away.copyBackwards(loop.scratch["centre"], to: moved)
  let elsewhere = try loop.medium("another medium ä")
  let environment = try TurkishLocale(in: loop.scratch).environment
    .merging(["TZ": "Pacific/Chatham"]) { $1 }
  let again = try BuiltProgram(
    "waybill-centre",
    wrapper: ["sh", "-c", "umask 077; exec faketime -f +40d \"$0\" \"$@\""],
    environment: environment
  ).run([
    "export", "fjord-3", "--to", elsewhere, "--repeat", "1", "--json", "--state", moved,
  ])
  #expect(again.exit == 0, "\(again.output) \(again.errors)")
  #expect(try Files.tree(FilePath(elsewhere)) == Files.tree(FilePath(medium)))
}

@Test func anUnknownNumberCannotBeRepeated() throws {
  let loop = try Rehearsal()
  try loop.setUp()
  let run = try loop.centre("export", "fjord-3", "--to", loop.medium(), "--repeat", "7")
  #expect(run.text("code") == "WB6466")
  #expect(run.text("subject") == "bundle 7 of fjord-3")
}

@Test func C23_aCopiedCentreWhoseNumbersDisagreeSignsNothing() throws {
  let loop = try Rehearsal()
  try loop.setUp()
  try loop.release(version: "1", counter: 1, files: ["a.txt": Array("a".utf8)])
  try loop.expectDone(try loop.centre("export", "fjord-3", "--to", loop.medium()))
  try loop.scratch.write("centre/numbers/fjord-3", "9\n")
  let medium = try loop.medium("second")
  let run = try loop.centre("export", "fjord-3", "--to", medium)
  #expect(run.text("code") == "WB1360")
  #expect(try Files.names(in: FilePath(medium)).isEmpty)
}
