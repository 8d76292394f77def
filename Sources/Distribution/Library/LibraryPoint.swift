// SPDX-License-Identifier: Apache-2.0
import Bundles
package import Intents
package import SystemPackage

/// The embedded distribution point: a content library on a folder, its devices simulated by a file.
///
/// The tree agrees with what public readers of the layout read (configmgr.md, 1). It is never to be pointed at
/// a production distribution point, and refuses every folder that it did not create.
package final class LibraryPoint: DistributionPoint {
  /// Called behind every change, in tests only; what it throws ends the effect as a crash would.
  package typealias Observer = (LibraryStep) throws(Refusal) -> Void

  package let layout: LibraryLayout
  let marker: LibraryMarker
  let records: LibraryRecords
  private let observer: Observer?
  private var hasCheckedSignatures = false

  /// Opens the library that `create` made at `root`.
  ///
  /// - Throws: `DistributionReason.unavailable` when nothing is there (not mounted?), `.foreignLibrary`,
  ///   `.wrongLibrary`.
  package init(
    at root: FilePath, id: Name, siteCode: SiteCode, observer: Observer? = nil
  ) throws(Refusal) {
    layout = LibraryLayout(root: root)
    marker = LibraryMarker(id: id, siteCode: siteCode)
    records = LibraryRecords(layout: layout)
    self.observer = observer
    try LibraryFailure.atPoint { () throws(Refusal) in
      try LibraryAdmission.check(marker, in: layout)
    }
  }

  /// Makes an empty or missing folder a library; one that is this library already is left alone.
  package static func create(at root: FilePath, id: Name, siteCode: SiteCode) throws(Refusal) {
    try LibraryFailure.atPoint { () throws(Refusal) in
      try LibraryAdmission.create(
        LibraryMarker(id: id, siteCode: siteCode), in: LibraryLayout(root: root))
    }
  }

  package func describe() throws(Refusal) -> PointDescription {
    try LibraryFailure.atPoint { () throws(Refusal) in
      try LibraryAdmission.check(marker, in: layout)
      var contents: [PointDescription.Content] = []
      for package in try records.packages() {
        for version in package.versions {
          contents.append(
            PointDescription.Content(
              line: package.line, manifest: version.manifest,
              receipt: ContentReceipt(packageID: package.id, sourceVersion: version.number),
              isComplete: version.state == .complete
                && FileQuery.status(layout.package(package.id)) != nil))
        }
      }
      return PointDescription(
        id: marker.id, kind: .library, freeBytes: try DiskSpace.free(at: layout.root),
        state: try records.state(),
        collections: try records.collections().map(\.name), contents: contents,
        deployments: try records.deployments().map(\.key))
    }
  }

  package func holds(_ digest: Digest, length: Int64?) -> Bool {
    guard let status = FileQuery.status(layout.blob(digest)), status.kind == .regular else {
      return false
    }
    return length == nil || status.length == length
  }

  package func open(held digest: Digest) throws(Refusal) -> FileDescriptor? {
    try LibraryFailure.atPoint { () throws(Refusal) in
      guard FileQuery.status(layout.blob(digest))?.kind == .regular else { return nil }
      return try FileQuery.openRegular(layout.blob(digest))
    }
  }

  /// Runs one effect under the lock: checks whose library this is, clears what a crash left, goes on with
  /// removals that a crash interrupted.
  func effect<Value>(
    _ body: (LibraryFiles) throws(Refusal) -> Value
  ) throws(Refusal) -> Value {
    try LibraryFailure.atPoint { () throws(Refusal) in
      try LibraryAdmission.check(marker, in: layout)
      let files = LibraryFiles(layout: layout, observer: observer)
      try files.ensureFolder(layout.ours)
      return try FileLock(layout).holding { () throws(Refusal) in
        if !hasCheckedSignatures { try LibraryAdmission.checkSignatures(layout) }
        hasCheckedSignatures = true
        try DurableFile.unlinkIfPresent(layout.incoming)
        try files.ensureFolder(layout.staged)
        for name in try FileQuery.names(in: layout.staged) {
          try DurableFile.unlinkIfPresent(layout.staged.appending(name))
        }
        for folder in layout.folders { try files.ensureFolder(folder) }
        try DurableFile.synchronizeFolder(layout.ours)
        try DurableFile.synchronizeFolder(layout.root)
        try finishRemovals(files)
        return try body(files)
      }
    }
  }
}
