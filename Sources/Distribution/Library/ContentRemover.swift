// SPDX-License-Identifier: Apache-2.0
import Bundles
import Intents
import SystemPackage

/// Takes one content version out of the tree, in the reverse order of its writing.
struct ContentRemover {
  let files: LibraryFiles
  let content: String

  private var layout: LibraryLayout { files.layout }

  init(files: LibraryFiles, content: String) {
    self.files = files
    self.content = content
  }

  /// - Parameter sweeping: also look at every users file, because an interrupted writing or removal can have
  ///   left a line that no DataLib file points to.
  func remove(sweeping: Bool) throws(Refusal) {
    try files.remove(layout.content(content))
    try DurableFile.synchronizeFolder(layout.dataLibrary)
    var folders: Set<String> = []
    try files.clearTree(layout.contentFolder(content)) { (digest) throws(Refusal) in
      folders.insert(layout.blobFolder(digest).text)
      try dropUser(of: digest)
    }
    if sweeping { try sweep(&folders) }
    for folder in folders.sorted() where FileQuery.isFolder(FilePath(folder)) {
      try DurableFile.synchronizeFolder(FilePath(folder))
      try files.removeFolderIfEmpty(FilePath(folder))
    }
    try DurableFile.synchronizeFolder(layout.fileLibrary)
    try DurableFile.synchronizeFolder(layout.dataLibrary)
  }

  /// A blob goes when its last user goes. A users file that cannot be read keeps its blob.
  private func dropUser(of digest: Digest) throws(Refusal) {
    guard let users = files.users(of: digest) else { return }
    let left = users.filter { $0 != content }
    if left.isEmpty {
      try files.remove(layout.users(digest))
      try files.remove(layout.blob(digest))
    } else {
      try files.ensureUsers(left, of: digest, .atOnce)
    }
  }

  private func sweep(_ folders: inout Set<String>) throws(Refusal) {
    for name in try FileQuery.names(in: layout.fileLibrary) {
      let folder = layout.fileLibrary.appending(name)
      guard FileQuery.status(folder)?.kind == .folder else { continue }
      folders.insert(folder.text)
      for file in try FileQuery.names(in: folder) {
        if let digest = Digest(upperHex: file) {
          // Written, and stopped before its users file: nobody counts on it yet.
          guard FileQuery.status(layout.users(digest)) == nil else { continue }
          try files.remove(folder.appending(file))
        } else if let text = file.strippingInformation, let digest = Digest(upperHex: text),
          files.users(of: digest)?.contains(content) == true
        {
          try dropUser(of: digest)
        }
      }
    }
  }
}
