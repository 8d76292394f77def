// SPDX-License-Identifier: Apache-2.0
import Intents

/// Chosen columns of a table in CSV (RFC 4180), found by the names of its header. Lines may end with LF alone and
/// the last may have no end; a byte order mark at the start is skipped.
struct CSVTable {
  /// One value for each of the columns that were asked for, in their order.
  let rows: [[String]]

  /// - Parameter columns: that must be there; others are ignored.
  /// - Throws: `IntuneReason.exportUnusable` for a missing or doubled column, a row of another width, a stray
  ///   quote, text that is not UTF-8; `.tooMuch`.
  init(_ bytes: [UInt8], columns: [String], named place: String) throws(Refusal) {
    var reader = CSVReader(bytes, place)
    guard let header = try reader.row() else { throw reader.damaged("no header") }
    let names = try reader.texts(header)
    guard names.count <= IntuneLimits.columns else {
      throw reader.tooMuch("\(names.count) columns")
    }
    var places: [Int] = []
    for column in columns {
      let found = names.indices.filter { names[$0] == column }
      guard let index = found.first, found.count == 1 else {
        throw Refusal(
          IntuneReason.exportUnusable, place, seen: "\(found.count) columns \(column)",
          expected: "one, beside \(names.joined(separator: ", "))")
      }
      places.append(index)
    }
    var rows: [[String]] = []
    while let row = try reader.row() {
      guard row.count == names.count else {
        throw reader.damaged("a row of \(row.count) fields for \(names.count) columns")
      }
      guard rows.count < IntuneLimits.rows else {
        throw reader.tooMuch("more than \(IntuneLimits.rows) rows")
      }
      rows.append(try reader.texts(places.map { row[$0] }))
    }
    self.rows = rows
  }
}

private struct CSVReader {
  private let bytes: [UInt8]
  private let place: String
  private var position: Int
  private var line = 1

  init(_ bytes: [UInt8], _ place: String) {
    self.bytes = bytes
    self.place = place
    position = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
  }

  /// The fields of the next row; nil behind the last.
  mutating func row() throws(Refusal) -> [[UInt8]]? {
    guard position < bytes.count else { return nil }
    var fields: [[UInt8]] = []
    while true {
      fields.append(peek() == UInt8(ascii: "\"") ? try quoted() : try plain())
      switch peek() {
      case UInt8(ascii: ","): position += 1
      case nil: return fields
      default:
        try endLine()
        return fields
      }
      guard fields.count <= IntuneLimits.columns else { throw tooMuch("\(fields.count) fields") }
    }
  }

  private mutating func plain() throws(Refusal) -> [UInt8] {
    let start = position
    while let byte = peek(), !",\r\n".utf8.contains(byte) {
      guard byte != UInt8(ascii: "\"") else { throw damaged("a quote inside a field") }
      position += 1
      guard position - start <= IntuneLimits.field else { throw tooMuch("a field without end") }
    }
    return Array(bytes[start..<position])
  }

  private mutating func quoted() throws(Refusal) -> [UInt8] {
    position += 1
    var field: [UInt8] = []
    while let byte = peek() {
      position += 1
      if byte == UInt8(ascii: "\"") {
        guard peek() == UInt8(ascii: "\"") else { return field }
        position += 1
      }
      if byte == UInt8(ascii: "\n") { line += 1 }
      field.append(byte)
      guard field.count <= IntuneLimits.field else { throw tooMuch("a field without end") }
    }
    throw damaged("the end inside quotes")
  }

  private mutating func endLine() throws(Refusal) {
    if peek() == UInt8(ascii: "\r") { position += 1 }
    guard peek() == UInt8(ascii: "\n") else { throw damaged("text behind a field") }
    position += 1
    line += 1
  }

  func texts(_ fields: [[UInt8]]) throws(Refusal) -> [String] {
    var texts: [String] = []
    for field in fields {
      guard let text = String(validating: field, as: UTF8.self) else {
        throw damaged("a field that is not UTF-8")
      }
      texts.append(text)
    }
    return texts
  }

  private func peek() -> UInt8? { position < bytes.count ? bytes[position] : nil }

  func damaged(_ seen: String) -> Refusal {
    Refusal(
      IntuneReason.exportUnusable, "\(place), before line \(line)", seen: seen,
      expected: "CSV as in RFC 4180")
  }

  func tooMuch(_ seen: String) -> Refusal {
    Refusal(
      IntuneReason.tooMuch, "\(place), before line \(line)", seen: seen,
      expected: "at most \(IntuneLimits.columns) columns, \(IntuneLimits.rows) rows")
  }
}
