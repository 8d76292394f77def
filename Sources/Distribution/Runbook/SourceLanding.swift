// SPDX-License-Identifier: Apache-2.0
package import Bundles
package import Intents
package import SystemPackage

/// Content below a share of the site server, for a point whose objects people make.
package final class SourceLanding: ContentLanding {
  private let store: SourceStore

  /// - Parameter observer: called behind every change of the folders, in tests only.
  /// - Throws: `DistributionReason.unavailable` when the folder for sources is not there, `.wrongLibrary`.
  package init(
    _ share: SourceShare, id: Name, siteCode: SiteCode, observer: LibraryPoint.Observer? = nil
  ) throws(Refusal) {
    store = try LibraryFailure.atPoint { () throws(Refusal) in
      try SourceStore(share, LibraryMarker(id: id, siteCode: siteCode), observer: observer)
    }
  }

  /// Makes an empty or missing folder the one for sources; one that is this already is left alone.
  package static func create(
    _ share: SourceShare, id: Name, siteCode: SiteCode
  ) throws(Refusal) {
    try LibraryFailure.atPoint { () throws(Refusal) in
      try SourceStore.create(share, LibraryMarker(id: id, siteCode: siteCode))
    }
  }

  package func source(of manifest: Digest) throws(Refusal) -> StepText {
    let folder = try LibraryFailure.atPoint { () throws(Refusal) in try store.folder(of: manifest) }
    return try StepText(store.share.path(of: folder), as: .path, of: "source folder")
  }

  package func land(_ request: ContentRequest) throws(Refusal) -> Int64 {
    try effect { () throws(Refusal) in
      let longest = "\(ContentID(manifest: request.manifest))-\(SourceStore.mostFolders)"
      let check = try SourceCheck.of(request, in: store.share, folder: longest)
      return try store.landed(request, check).1
    }
  }

  package func remove(manifest: Digest) throws(Refusal) {
    try effect { () throws(Refusal) in
      for record in try store.records() where record.manifest == manifest {
        try store.remove(record)
      }
    }
  }

  package func freeBytes() throws(Refusal) -> Int64 {
    try LibraryFailure.atPoint { () throws(Refusal) in try DiskSpace.free(at: store.share.local) }
  }

  package func holds(_ digest: Digest, length: Int64?) -> Bool {
    store.holds(digest, length: length)
  }

  package func open(held digest: Digest) throws(Refusal) -> FileDescriptor? {
    try LibraryFailure.atPoint { () throws(Refusal) in try store.open(digest) }
  }

  package func recheck(_ progress: @escaping PhaseProgress) throws(Refusal) -> PointRecheck {
    try effect { () throws(Refusal) in try store.recheck(progress) }
  }

  private func effect<Value>(_ body: () throws(Refusal) -> Value) throws(Refusal) -> Value {
    try LibraryFailure.atPoint { () throws(Refusal) in try store.effect(body) }
  }
}
