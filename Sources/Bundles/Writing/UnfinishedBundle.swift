// SPDX-License-Identifier: Apache-2.0
package import Intents
package import SystemPackage

extension BundleWriter {
  /// Removes the folder that an interrupted writing left on `medium`; a finished one, and whatever else lies
  /// in it, stays.
  package static func removeUnfinished(
    _ name: BundleName, on medium: FilePath
  ) throws(Refusal) {
    let folder = medium.appending(name.text)
    guard FileQuery.status(folder)?.kind == .folder,
      FileQuery.status(folder.appending(BundleFiles.papers)) == nil
    else { return }
    for file in try FileQuery.names(in: folder, most: BundleLimits.searchedEntries) {
      let plain = file.hasSuffix(".part") ? String(file.dropLast(5)) : file
      if BundleFiles.isOurs(plain) { try DurableFile.unlinkIfPresent(folder.appending(file)) }
    }
    if try FileQuery.names(in: folder).isEmpty {
      try DurableFile.removeFolder(folder)
    }
    try DurableFile.synchronizeFolder(medium)
  }
}
