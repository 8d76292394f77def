// SPDX-License-Identifier: Apache-2.0
import Bundles
package import Intents
package import SystemPackage

/// Where everything lies in a content library (configmgr.md, 1.1) and in our folder beside it.
///
///     <root>/waybill-library.json          marker: ours, with id and site code
///     <root>/PkgLib  DataLib  FileLib      the tree that readers know
///     <root>/devices.ndjson                the simulated devices, edited by the admin (`DeviceList`)
///     <root>/waybill/lock                  held while something changes
///     <root>/waybill/incoming              the one file that is being written
///     <root>/waybill/staged/<SHA-256>      blobs that are not synced yet
///     <root>/waybill/packages/…json        one a line: its package id and content versions
///     <root>/waybill/programs, collections, deployments/…json
///
/// Paths are put together as text and made a `FilePath` once: there are several for each of half a million
/// files.
package struct LibraryLayout: Hashable, Sendable {
  package static let extensionOfInformation = ".INI"

  package let root: FilePath
  package let marker: FilePath
  package let devices: FilePath
  package let packageLibrary: FilePath
  package let dataLibrary: FilePath
  package let fileLibrary: FilePath

  let ours: FilePath
  let lock: FilePath
  let incoming: FilePath
  /// Blobs that are copied and not synced yet, and so have no name in FileLib.
  let staged: FilePath
  let packages: FilePath
  let programs: FilePath
  let collections: FilePath
  let deployments: FilePath

  /// The root as text.
  private let place: String

  package init(root: FilePath) {
    let place = root.text
    self.root = root
    self.place = place
    marker = FilePath("\(place)/waybill-library.json")
    devices = FilePath("\(place)/devices.ndjson")
    packageLibrary = FilePath("\(place)/PkgLib")
    dataLibrary = FilePath("\(place)/DataLib")
    fileLibrary = FilePath("\(place)/FileLib")
    ours = FilePath("\(place)/waybill")
    lock = FilePath("\(place)/waybill/lock")
    incoming = FilePath("\(place)/waybill/incoming")
    staged = FilePath("\(place)/waybill/staged")
    packages = FilePath("\(place)/waybill/packages")
    programs = FilePath("\(place)/waybill/programs")
    collections = FilePath("\(place)/waybill/collections")
    deployments = FilePath("\(place)/waybill/deployments")
  }

  /// Folders that are there before the first effect.
  var folders: [FilePath] {
    [
      ours, packages, programs, collections, deployments, packageLibrary, dataLibrary, fileLibrary,
    ]
  }

  package func package(_ id: PackageID) -> FilePath { FilePath("\(place)/PkgLib/\(id).INI") }
  package func content(_ id: String) -> FilePath { FilePath("\(place)/DataLib/\(id).INI") }
  package func contentFolder(_ id: String) -> FilePath { FilePath("\(place)/DataLib/\(id)") }

  /// The INI of one file; `path` has been checked by `WindowsName`, so every step of it is a plain name.
  package func file(_ path: String, of content: String) -> FilePath {
    FilePath("\(place)/DataLib/\(content)/\(path).INI")
  }

  package func blobFolder(_ digest: Digest) -> FilePath {
    FilePath("\(place)/FileLib/\(digest.upperHex.prefix(4))")
  }
  package func blob(_ digest: Digest) -> FilePath { FilePath(blobText(digest)) }
  package func users(_ digest: Digest) -> FilePath { FilePath("\(blobText(digest)).INI") }

  /// Bytes of everything in FileLib, as far as that can be listed.
  func blobLength() -> Int64 {
    var length: Int64 = 0
    // What cannot be read is told of by who reads it.
    for name in (try? FileQuery.names(in: fileLibrary)) ?? [] {
      let folder = fileLibrary.appending(name)
      for file in (try? FileQuery.names(in: folder)) ?? [] where file.strippingInformation == nil {
        length += FileQuery.status(folder.appending(file))?.length ?? 0
      }
    }
    return length
  }

  private func blobText(_ digest: Digest) -> String {
    let name = digest.upperHex
    return "\(place)/FileLib/\(name.prefix(4))/\(name)"
  }
}

extension String {
  /// Without exactly one `.INI` at the end; nil when there is none.
  var strippingInformation: String? {
    hasSuffix(LibraryLayout.extensionOfInformation) && utf8.count > 4
      ? String(dropLast(LibraryLayout.extensionOfInformation.count)) : nil
  }
}
