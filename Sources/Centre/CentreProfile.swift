// SPDX-License-Identifier: Apache-2.0
import Bundles
import Glibc
package import Intents
package import SystemPackage

/// A centre's state folder: where its ledger, depot and keys lie, held by one process at a time.
package final class CentreProfile: Sendable {
  package static let defaultFolder = FilePath("/var/lib/waybill-centre")

  package let folder: FilePath
  package let ledger: Ledger
  /// Whether this is a rehearsal: test keys, one operator, never production.
  package let isRehearsal: Bool
  private let lock: FolderLock

  /// Opens an existing state folder and holds it until the end of the process.
  ///
  /// - Throws: `CentreReason.notSetUp`, `.heldByOther`, those of `Ledger`.
  package init(opening folder: FilePath, at now: Instant) throws(Refusal) {
    guard FileQuery.status(folder.appending("ledger.sqlite"))?.kind == .regular else {
      throw Refusal(
        CentreReason.notSetUp, folder.text, seen: "no ledger", expected: "a centre's state folder")
    }
    self.folder = folder
    lock = try FolderLock(folder, at: now)
    ledger = try Ledger(at: folder.appending("ledger.sqlite"))
    isRehearsal = try ledger.configuration("rehearsal") == "true"
  }

  /// Takes the parts of a state folder that was just made.
  init(folder: FilePath, lock: FolderLock, ledger: Ledger, isRehearsal: Bool) {
    self.folder = folder
    self.lock = lock
    self.ledger = ledger
    self.isRehearsal = isRehearsal
  }

  var keysFolder: FilePath { folder.appending("keys") }
  var depotFolder: FilePath { folder.appending("depot") }
  var workFolder: FilePath { folder.appending("work") }
  /// Last number drawn for a site's line, outside the ledger so that a restored ledger is noticed.
  func highWaterFile(_ site: SiteID) -> FilePath {
    folder.appending("numbers").appending(site.text)
  }
}

/// An exclusive flock on a file in a state folder, with the holder's process id and start inside.
final class FolderLock: Sendable {
  private let descriptor: FileDescriptor

  init(_ folder: FilePath, at now: Instant) throws(Refusal) {
    let path = folder.appending("lock")
    descriptor = try FileError.catching("open", path) {
      try FileDescriptor.open(
        path, .readWrite, options: [.create, .noFollow, .closeOnExec],
        permissions: [.ownerReadWrite])
    }
    guard flock(descriptor.rawValue, LOCK_EX | LOCK_NB) == 0 else {
      let holder = (try? FileQuery.contents(of: path, cap: 200)).map {
        String(decoding: $0, as: UTF8.self)
      }  // a lock file that cannot be read names nobody, which is no reason to fail twice
      try? descriptor.close()  // the refusal below is what matters
      throw Refusal(
        CentreReason.heldByOther, folder.text, seen: "held by \(holder ?? "another process")",
        expected: "no other process")
    }
    try FileError.catching("write", path) {
      try descriptor.resize(to: 0)
      _ = try descriptor.writeAll(
        toAbsoluteOffset: 0, "process \(getpid()) since \(now)".utf8)
    }
  }

  deinit { try? descriptor.close() }  // ends the lock; the process is about to end anyway
}
