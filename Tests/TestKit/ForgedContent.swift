// SPDX-License-Identifier: Apache-2.0
import Bundles
package import Intents
package import Trust

/// A content version with its files and the manifest that release signers would sign.
package struct ForgedContent: Sendable {
  package typealias File = (path: String, bytes: [UInt8])

  package let manifest: ContentManifest
  package let files: [File]
  /// The manifest as it travels.
  package var bytes: [UInt8]
  /// What role content says of it, where that differs.
  package var lengthListed: Int64?

  package var digest: Digest { .sha256(bytes) }

  package var release: Release {
    Release(
      manifest: digest, length: lengthListed ?? Int64(bytes.count), line: manifest.line,
      counter: manifest.counter)
  }

  /// - Parameters:
  ///   - name: names the line too; version and counter are one number.
  ///   - modified: of every file.
  package init(
    _ name: String, counter: Int64, files: [File], scope: [String], program: String = "install",
    modified: Instant
  ) throws {
    let manifest = ContentManifest(
      salt: ForgedContent.id("salt of \(name) \(counter)"), line: ForgedContent.id(name),
      name: name, version: "\(counter).0", counter: counter,
      publisherScope: Set(scope.compactMap { Tag($0) }),
      programs: [
        Program(
          name: ForgedContent.name(program), commandLine: "\(name).exe /quiet", account: .system,
          exitCodes: .applicationDefaults,
          detection: [.file(path: "C:\\Program Files\\\(name)\\\(name).exe", version: nil)],
          isCritical: false, isPrivileged: false, maximumRuntime: 30)
      ], fileCount: Int64(files.count), totalLength: files.reduce(0) { $0 + Int64($1.bytes.count) })
    var bytes: [UInt8] = []
    var writer = ListingWriter(
      header: ManifestDocument.header(manifest), listName: ManifestDocument.list
    ) { bytes += $0 }
    try writer.headerLine()
    for file in files.sorted(by: { $0.path.utf8.lexicographicallyPrecedes($1.path.utf8) }) {
      try writer.element(
        ManifestDocument.element(
          ContentFile(
            path: file.path, length: Int64(file.bytes.count), digest: .sha256(file.bytes),
            modified: modified)))
    }
    try writer.end()
    self.manifest = manifest
    self.files = files
    self.bytes = bytes
  }

  /// A random id made up from `text`, the same each time.
  package static func id(_ text: String) -> RandomID {
    guard let id = RandomID(bytes: Array(Digest.sha256(Array(text.utf8)).bytes.prefix(16))) else {
      preconditionFailure("16 bytes make a random id")
    }
    return id
  }

  /// Bytes that do not compress, the same for the same text.
  package static func noise(_ text: String, _ count: Int) -> [UInt8] {
    var bytes: [UInt8] = []
    var block = Digest.sha256(Array(text.utf8)).bytes
    while bytes.count < count {
      bytes += block
      block = Digest.sha256(block).bytes
    }
    return Array(bytes.prefix(count))
  }

  package static func name(_ text: String) -> Name {
    guard let name = Name(text) else { preconditionFailure("\(text) is a name") }
    return name
  }
}
