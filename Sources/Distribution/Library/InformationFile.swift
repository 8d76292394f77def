// SPDX-License-Identifier: Apache-2.0
package import Intents

/// An INI file of a content library: ASCII, `[Section]`, `Name=Value`, CRLF (configmgr.md, 1.2).
package struct InformationFile: Hashable, Sendable {
  package struct Entry: Hashable, Sendable {
    package let name: String
    package let value: String
  }

  package struct Section: Hashable, Sendable {
    package let name: String
    package var entries: [Entry]
  }

  package var sections: [Section]

  package init(sections: [Section]) { self.sections = sections }

  /// One section of names with empty values, as PkgLib and users files have.
  package static func names(_ names: some Sequence<String>, section: String) -> Section {
    Section(name: section, entries: names.map { Entry(name: $0, value: "") })
  }

  /// The file's bytes.
  package var encoded: [UInt8] {
    var text = ""
    for section in sections {
      text += "[\(section.name)]\r\n"
      for entry in section.entries { text += "\(entry.name)=\(entry.value)\r\n" }
    }
    return Array(text.utf8)
  }

  package subscript(section: String) -> Section? { sections.first { $0.name == section } }

  /// The value of the first entry of that name.
  package func value(_ name: String, in section: String) -> String? {
    self[section]?.entries.first { $0.name == name }?.value
  }

  /// Reads as public readers do: `;` starts a comment line, LF alone ends a line too.
  ///
  /// - Returns: nil when a byte is not ASCII, or when a line is neither section nor entry nor blank.
  package init?(parsing bytes: [UInt8]) {
    guard bytes.allSatisfy({ $0 < 128 && $0 != 0 }) else { return nil }
    var sections: [Section] = []
    for raw in bytes.split(separator: UInt8(ascii: "\n")) {
      let line = raw.last == UInt8(ascii: "\r") ? raw.dropLast() : raw
      if line.isEmpty || line.first == UInt8(ascii: ";") { continue }
      if line.first == UInt8(ascii: "["), line.last == UInt8(ascii: "]") {
        let name = String(decoding: line.dropFirst().dropLast(), as: UTF8.self)
        sections.append(Section(name: name, entries: []))
        continue
      }
      guard let equals = line.firstIndex(of: UInt8(ascii: "=")), let last = sections.indices.last
      else { return nil }
      sections[last].entries.append(
        Entry(
          name: String(decoding: line[..<equals], as: UTF8.self),
          value: String(decoding: line[line.index(after: equals)...], as: UTF8.self)))
    }
    self.sections = sections
  }
}

extension Digest {
  /// 64 upper-case hex digits: readers of the layout match no others.
  package var upperHex: String { hex.uppercased() }

  /// Takes exactly 64 upper-case hex digits.
  package init?(upperHex text: some StringProtocol) {
    guard !text.utf8.contains(where: { (97...122).contains($0) }) else { return nil }
    self.init(hex: text.lowercased())
  }
}

/// What `DataLib\…\<file>.INI` says of one file.
package struct FileInformation: Hashable, Sendable {
  /// Windows file attributes; ours is FILE_ATTRIBUTE_ARCHIVE.
  package let attributes: UInt32
  /// FILETIME: 100 ns since 1601-01-01 UTC.
  package let modified: Int64
  /// Bytes.
  package let size: Int64
  package let digest: Digest

  private static let section = "File"
  /// Seconds from 1601 to 1970.
  private static let epoch: Int64 = 11_644_473_600

  package init(_ file: ContentFile) {
    attributes = 0x20
    modified = (file.modified.seconds + FileInformation.epoch) * 10_000_000
    size = file.length
    digest = file.digest
  }

  /// The four lines in the order that readers rely on: no name containing "Hash" before `Hash`.
  package var encoded: [UInt8] {
    let hex = String(attributes, radix: 16, uppercase: true)
    let padded = String(repeating: "0", count: max(0, 8 - hex.utf8.count)) + hex
    return InformationFile(sections: [
      InformationFile.Section(
        name: FileInformation.section,
        entries: [
          InformationFile.Entry(name: "Attributes", value: padded),
          InformationFile.Entry(name: "TimeModified", value: String(modified)),
          InformationFile.Entry(name: "Size", value: String(size)),
          InformationFile.Entry(name: "Hash", value: digest.upperHex),
        ])
    ]).encoded
  }

  /// Nil when a line is missing or its value not of the form above.
  package init?(_ file: InformationFile) {
    guard let attributes = file.value("Attributes", in: FileInformation.section),
      let modified = file.value("TimeModified", in: FileInformation.section),
      let size = file.value("Size", in: FileInformation.section),
      let hash = file.value("Hash", in: FileInformation.section),
      let attributes = UInt32(attributes, radix: 16), let modified = Int64(modified),
      let size = Int64(size), size >= 0, let digest = Digest(upperHex: hash)
    else { return nil }
    self.attributes = attributes
    self.modified = modified
    self.size = size
    self.digest = digest
  }
}
