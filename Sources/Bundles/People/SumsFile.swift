// SPDX-License-Identifier: Apache-2.0
package import Intents

/// `SHA256SUMS` (FORMAT.md, 13): a check for damage and mix-ups with stock tools, never a reason to trust.
package struct SumsFile: Hashable, Sendable {
  /// One file of the folder.
  package struct Line: Hashable, Sendable {
    package let name: String
    package let digest: Digest

    package init(name: String, digest: Digest) {
      self.name = name
      self.digest = digest
    }
  }

  package static let name = "SHA256SUMS"
  package static let signatureName = "SHA256SUMS.minisig"

  /// Ascending by the bytes of the names.
  package let lines: [Line]

  /// Sorts `lines`.
  package init(_ lines: some Sequence<Line>) {
    self.lines = lines.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
  }

  /// Parses exactly what `bytes` writes.
  package init(parsing bytes: [UInt8]) throws(Refusal) {
    guard bytes.last == 10 else { throw Self.wrong("the end inside a line", line: 0) }
    var lines: [Line] = []
    for line in bytes.dropLast().split(separator: 10, omittingEmptySubsequences: false) {
      let number = lines.count + 1
      guard line.count > 66, line.dropFirst(64).prefix(2).elementsEqual([32, 32]),
        let digest = Digest(hex: String(decoding: line.prefix(64), as: UTF8.self))
      else { throw Self.wrong(String(decoding: line.prefix(100), as: UTF8.self), line: number) }
      let name = line.dropFirst(66)
      guard name.count <= 100, name.first != 45, name.first != 46,
        name.allSatisfy(Self.isNameByte)
      else { throw Self.wrong(String(decoding: name.prefix(100), as: UTF8.self), line: number) }
      if let last = lines.last, !last.name.utf8.lexicographicallyPrecedes(name) {
        throw Self.wrong(
          "\(last.name) before \(String(decoding: name, as: UTF8.self))", line: number)
      }
      lines.append(Line(name: String(decoding: name, as: UTF8.self), digest: digest))
    }
    self.lines = lines
  }

  /// The file as it lies on the medium.
  package var bytes: [UInt8] {
    lines.flatMap { Array("\($0.digest.hex)  \($0.name)\n".utf8) }
  }

  package subscript(name: String) -> Digest? { lines.first { $0.name == name }?.digest }

  private static func isNameByte(_ byte: UInt8) -> Bool {
    (97...122).contains(byte) || (65...90).contains(byte) || (48...57).contains(byte)
      || byte == 45 || byte == 46
  }

  private static func wrong(_ seen: String, line: Int) -> Refusal {
    Refusal(
      BundleReason.sumsForm, line > 0 ? "\(name), line \(line)" : name, seen: seen,
      expected: "lines of digest, two blanks and name, ascending by name")
  }
}
