// SPDX-License-Identifier: Apache-2.0
import Bundles
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

/// The right to work with a centre's state folder; one process at a time has it.
final class FolderLock: Sendable {
  private let lock: FileLock

  init(_ folder: FilePath, at now: Instant) throws(Refusal) {
    lock = try FileLock(folder.appending("lock"), now: now) { holder in
      Refusal(
        CentreReason.heldByOther, folder.text, seen: "held by \(holder)",
        expected: "no other process")
    }
  }
}
