// SPDX-License-Identifier: Apache-2.0
package import Intents
package import SystemPackage

/// Where everything lies in a content library (configmgr.md, 1.1) and in our folder beside it.
///
///     <root>/waybill-library.json          marker: ours, with id and site code
///     <root>/PkgLib  DataLib  FileLib      the tree that readers know
///     <root>/devices.ndjson                the simulated devices, edited by the admin (`DeviceList`)
///     <root>/waybill/lock                  held while something changes
///     <root>/waybill/incoming              the one file that is being written
///     <root>/waybill/packages/…json        one a line: its package id and content versions
///     <root>/waybill/programs, collections, deployments/…json
package struct LibraryLayout: Hashable, Sendable {
  package let root: FilePath

  package init(root: FilePath) { self.root = root }

  package static let extensionOfInformation = ".INI"

  package var marker: FilePath { root.appending("waybill-library.json") }
  package var devices: FilePath { root.appending("devices.ndjson") }
  package var packageLibrary: FilePath { root.appending("PkgLib") }
  package var dataLibrary: FilePath { root.appending("DataLib") }
  package var fileLibrary: FilePath { root.appending("FileLib") }

  var ours: FilePath { root.appending("waybill") }
  var lock: FilePath { ours.appending("lock") }
  var incoming: FilePath { ours.appending("incoming") }
  var packages: FilePath { ours.appending("packages") }
  var programs: FilePath { ours.appending("programs") }
  var collections: FilePath { ours.appending("collections") }
  var deployments: FilePath { ours.appending("deployments") }

  /// Folders that are there before the first effect.
  var folders: [FilePath] {
    [
      ours, packages, programs, collections, deployments, packageLibrary, dataLibrary, fileLibrary,
    ]
  }

  package func package(_ id: PackageID) -> FilePath { information(packageLibrary, id.text) }
  package func content(_ id: String) -> FilePath { information(dataLibrary, id) }
  package func contentFolder(_ id: String) -> FilePath { dataLibrary.appending(id) }

  /// The INI of one file; `path` has been checked by `WindowsName`, so every step of it is a plain name.
  package func file(_ path: String, of content: String) -> FilePath {
    var place = contentFolder(content)
    for part in path.split(separator: "/") { place.append(String(part)) }
    return place.appendingInformation
  }

  package func blobFolder(_ digest: Digest) -> FilePath {
    fileLibrary.appending(String(digest.upperHex.prefix(4)))
  }
  package func blob(_ digest: Digest) -> FilePath {
    blobFolder(digest).appending(digest.upperHex)
  }
  package func users(_ digest: Digest) -> FilePath {
    information(blobFolder(digest), digest.upperHex)
  }

  private func information(_ folder: FilePath, _ name: String) -> FilePath {
    folder.appending(name).appendingInformation
  }
}

extension FilePath {
  fileprivate var appendingInformation: FilePath {
    FilePath(string + LibraryLayout.extensionOfInformation)
  }
}

extension String {
  /// Without exactly one `.INI` at the end; nil when there is none.
  var strippingInformation: String? {
    hasSuffix(LibraryLayout.extensionOfInformation) && utf8.count > 4
      ? String(dropLast(LibraryLayout.extensionOfInformation.count)) : nil
  }
}
