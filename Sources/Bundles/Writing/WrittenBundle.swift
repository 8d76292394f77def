// SPDX-License-Identifier: Apache-2.0
package import Intents
package import SystemPackage
import Trust

/// A bundle that was just written, and what must be read back from the medium (M14).
package struct WrittenBundle: Sendable {
  package let folder: FilePath
  package let blockSize: Int64
  /// Orders and volumes.
  package let pieces: [Waybill.File]
  package let sums: SumsFile
  /// What `SHA256SUMS.minisig` holds.
  package let signature: [UInt8]?

  /// Reads every file from the device, past the cache, and compares it with what was written.
  ///
  /// - Throws: `mediumForgets` (20) with all files that differ.
  package func reread(
    progress: @Sendable @escaping (_ bytes: Int64) -> Void = { _ in }
  ) throws(Refusal) {
    var wrong: [String] = []
    var checked: [BlockCheck.Piece] = []
    for piece in pieces {
      do throws(Refusal) {
        checked.append(BlockCheck.Piece(piece, from: try open(piece.name)))
      } catch {
        wrong.append("\(piece.name): \(error.seen)")
      }
    }
    for defect in BlockCheck.defects(in: checked, blockSize: blockSize, progress: progress) {
      wrong.append("\(defect.file), block \(defect.block)")
    }
    let listed = Set(pieces.map(\.name))
    for line in sums.lines where !listed.contains(line.name) {
      if let text = defect(of: line.name, expecting: line.digest) { wrong.append(text) }
    }
    let signed = signature.map { (SumsFile.signatureName, Digest.sha256($0)) }
    for (name, digest) in [(SumsFile.name, Digest.sha256(sums.bytes)), signed].compactMap(\.self) {
      if let text = defect(of: name, expecting: digest) { wrong.append(text) }
    }
    guard wrong.isEmpty else {
      throw Refusal(
        BundleReason.mediumForgets, folder.text,
        seen: "\(wrong.count) differ: \(wrong.prefix(20).joined(separator: "; "))",
        expected: "what was written", changed: "a folder on the medium that must not be used")
    }
  }

  private func open(_ name: String) throws(Refusal) -> FileSource {
    let source = try FileSource(folder.appending(name))
    source.dropCached()
    return source
  }

  private func defect(of name: String, expecting digest: Digest) -> String? {
    do throws(Refusal) {
      let source = try open(name)
      guard source.length <= BundleLimits.papersLength else { return "\(name): too long" }
      let seen = Digest.sha256(try source.prefix(Int(source.length)))
      return seen == digest ? nil : name
    } catch {
      return "\(name): \(error.seen)"
    }
  }
}
