// SPDX-License-Identifier: Apache-2.0
import Glibc
import Intents
import SystemPackage
import Testing

import Bundles
import Site

struct StateTests {
  let temporary: SiteFolder
  let folder: StateFolder

  init() throws {
    temporary = try SiteFolder()
    folder = StateFolder(temporary["state"])
    try folder.create()
  }

  @Test func `S21: the second process is told who holds the state and since when`() throws {
    let lock = try FileLock(folder, now: monday)
    do throws(Refusal) {
      _ = try FileLock(folder, now: monday)
      Issue.record("two locks")
    } catch {
      #expect(error.code == "WB0380")
      #expect(error.exit == .waiting)
      #expect(error.seen == "held by process \(getpid()) since \(monday)")
    }
    _ = consume lock
    _ = try FileLock(folder, now: monday)
  }

  @Test(arguments: ["", "keys", "keys/site.json"])
  func `P08: what is open to others is refused`(name: String) throws {
    try DurableFile.write([1], to: folder.siteKey)
    try folder.checkModes()
    let place = folder.path.appending(name)
    _ = place.withPlatformString { chmod($0, 0o750) }
    #expect(code { try folder.checkModes() } == "WB6480")
  }
}
