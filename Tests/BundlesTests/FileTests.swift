// SPDX-License-Identifier: Apache-2.0
import Intents
import SystemPackage
import TestKit
import Testing
import Trust

import Bundles

@Suite struct FileTests {
  @Test(
    "what the operating system refuses is told apart: no space, medium, this machine",
    arguments: [
      ("write", Errno.noSpace, BundleReason.noSpace), ("write", .diskQuotaExceeded, .noSpace),
      ("read", .ioError, .mediumUnreadable), ("open", .noSuchAddressOrDevice, .mediumUnreadable),
      ("sync", .ioError, .machineFailed), ("write", .noSuchAddressOrDevice, .machineFailed),
      ("open", .tooManyOpenFiles, .machineFailed), ("write", .readOnlyFileSystem, .machineFailed),
      ("rename", .interrupted, .machineFailed), ("open", .permissionDenied, .fileFailed),
    ])
  func errors(action: String, error: Errno, reason: BundleReason) {
    let refusal = FileError.refusal(action, "/media/stick", error)
    #expect(refusal.code == reason.code)
    #expect(refusal.subject == "/media/stick" && refusal.expected == "to \(action) it")
  }

  @Test("F03: a disk error is the medium's where a medium is read or written, else this machine's")
  func disks() {
    let reading = FileError.refusal("read", "/media/stick", .ioError)
    #expect(reading.code == BundleReason.mediumUnreadable.code)
    for (path, reason) in [
      ("/media/stick/papers.tar", BundleReason.mediumUnreadable), ("/var/lib/x", .machineFailed),
    ] {
      let told = refusal { () throws(Refusal) in
        try FileError.onMedium("/media/stick") { () throws(Refusal) in
          throw FileError.refusal("sync", FilePath(path), .ioError)
        }
      }
      #expect(told?.code == reason.code)
    }
  }

  @Test("a file above its cap is not read")
  func caps() throws {
    let folder = try TestFolder()
    try folder.write([1, 2, 3], "file")
    let path = folder.path.appending("file")
    #expect(try FileQuery.contents(of: path, cap: 3) == [1, 2, 3])
    let refusal = #expect(throws: Refusal.self) { try FileQuery.contents(of: path, cap: 2) }
    #expect(refusal?.code == BundleReason.fileTooLarge.code)
    #expect(refusal?.seen == "3 bytes")
  }

  @Test("H03: a name that no tar header holds is refused by libarchive, in its own words")
  func names() throws {
    let tar = try TarWriter(name: "orders.tar") { _ in }
    let refusal = #expect(throws: Refusal.self) {
      try tar.append(String(repeating: "a", count: 300), [1])
    }
    #expect(refusal?.code == BundleReason.libraryFailed.code)
    #expect(refusal?.seen.isEmpty == false)
  }
}
