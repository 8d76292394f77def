// SPDX-License-Identifier: Apache-2.0
package import Intents
import Yams

/// A node of a hand-written YAML file together with its file, line and field, so that a refusal can name them.
package struct YAMLField {
  private let node: Node
  private let file: String
  private let path: String

  /// Parses one document and checks its kind, `waybill: <kind>/1`.
  package init(parsing text: String, file: String, kind: String) throws(Refusal) {
    try YAMLField.checkSize(of: text, file: file)
    do {
      guard let node = try Yams.compose(yaml: text) else {
        throw Refusal(
          CentreReason.wrongField, "\(file), line 1", seen: "an empty file",
          expected: "waybill: \(kind)/1")
      }
      self.init(node: node, file: file, path: "")
    } catch let refusal as Refusal {
      throw refusal
    } catch let error as YamlError {
      throw Refusal(
        CentreReason.wrongField, file, seen: "\(error)", expected: "a YAML file")
    } catch {
      throw Refusal(CentreReason.wrongField, file, seen: "\(error)", expected: "a YAML file")
    }
    let expected = "\(kind)/1"
    guard try self["waybill"].text() == expected else { throw try self["waybill"].wrong(expected) }
  }

  /// Refuses a file that the parser could work on for minutes: a large one, and a small one of many nodes,
  /// since every alias in a key is followed to its end. What looks like an alias counts, wherever it stands.
  private static func checkSize(of text: String, file: String) throws(Refusal) {
    guard text.utf8.count <= CentreLimits.configuration else {
      throw Refusal(
        CentreReason.wrongField, file, seen: "\(text.utf8.count) bytes",
        expected: "at most \(CentreLimits.configuration) bytes")
    }
    let aliases = zip(text.utf8, text.utf8.dropFirst()).count { star, next in
      star == UInt8(ascii: "*")
        && (next == 45 || next == 95 || (48...57).contains(next) || (97...122).contains(next | 32))
    }
    guard aliases <= CentreLimits.aliases else {
      throw Refusal(
        CentreReason.wrongField, file, seen: "\(aliases) aliases",
        expected: "at most \(CentreLimits.aliases) aliases")
    }
  }

  private init(node: Node, file: String, path: String) {
    self.node = node
    self.file = file
    self.path = path
  }

  package subscript(key: String) -> YAMLField {
    get throws(Refusal) {
      guard let field = try optional(key) else {
        throw Refusal(
          CentreReason.wrongField, place, seen: "no \(key)", expected: "field \(step(key))")
      }
      return field
    }
  }

  package func optional(_ key: String) throws(Refusal) -> YAMLField? {
    for (name, value) in try mapping() where name == key {
      if case .scalar(let scalar) = value, scalar.style == .plain,
        ["", "~", "null"].contains(scalar.string)
      {
        return nil
      }
      return YAMLField(node: value, file: file, path: step(key))
    }
    return nil
  }

  /// Refuses a key that is none of `known`, and a key that stands twice.
  package func only(_ known: String...) throws(Refusal) {
    var seen: Set<String> = []
    for (name, value) in try mapping() {
      let field = YAMLField(node: value, file: file, path: step(name))
      guard known.contains(name) else {
        throw Refusal(
          CentreReason.wrongField, field.place, seen: "field \(name)",
          expected: "one of \(known.joined(separator: ", "))")
      }
      guard seen.insert(name).inserted else { throw field.wrong("each field once") }
    }
  }

  package func elements() throws(Refusal) -> [YAMLField] {
    guard case .sequence(let sequence) = node else { throw wrong("a list") }
    return sequence.enumerated().map { index, node in
      YAMLField(node: node, file: file, path: "\(path)[\(index)]")
    }
  }

  package func text() throws(Refusal) -> String {
    guard case .scalar(let scalar) = node else { throw wrong("a text") }
    return scalar.string
  }

  /// A text of at most `most` bytes without control characters.
  package func line(most: Int) throws(Refusal) -> String {
    let text = try text()
    guard !text.isEmpty, text.utf8.count <= most,
      !text.unicodeScalars.contains(where: { $0.value < 32 || $0.value == 127 })
    else { throw wrong("1 to \(most) bytes without control characters") }
    return text
  }

  package func integer(in range: ClosedRange<Int64>) throws(Refusal) -> Int64 {
    guard let number = Int64(try text()), range.contains(number) else {
      throw wrong("an integer from \(range.lowerBound) to \(range.upperBound)")
    }
    return number
  }

  package func bool() throws(Refusal) -> Bool {
    switch try text() {
    case "true": return true
    case "false": return false
    default: throw wrong("true or false")
    }
  }

  package func parsed<Value>(_ rule: String, _ parse: (String) -> Value?) throws(Refusal) -> Value {
    guard let value = parse(try text()) else { throw wrong(rule) }
    return value
  }

  package func choice<Choice>(_: Choice.Type) throws(Refusal) -> Choice
  where Choice: CaseIterable & RawRepresentable, Choice.RawValue == String {
    let names = Choice.allCases.map(\.rawValue).joined(separator: ", ")
    return try parsed("one of \(names)") { Choice(rawValue: $0) }
  }

  package func set<Value: Hashable>(
    _ rule: String, _ parse: (String) -> Value?
  ) throws(Refusal) -> Set<Value> {
    var values: Set<Value> = []
    for element in try elements() { values.insert(try element.parsed(rule, parse)) }
    return values
  }

  package func wrong(_ expected: String) -> Refusal {
    let seen: String =
      switch node {
      case .scalar(let scalar): scalar.string
      case .mapping: "a mapping"
      case .sequence: "a list"
      case .alias: "an alias"
      }
    return Refusal(CentreReason.wrongField, place, seen: seen, expected: expected)
  }

  /// File, line and field, for a refusal.
  package var place: String {
    let line = node.mark.map { ", line \($0.line)" } ?? ""
    return "\(file)\(line)" + (path.isEmpty ? "" : ", \(path)")
  }

  private func mapping() throws(Refusal) -> [(String, Node)] {
    guard case .mapping(let mapping) = node else { throw wrong("fields") }
    var pairs: [(String, Node)] = []
    for (key, value) in mapping {
      guard case .scalar(let scalar) = key else { throw wrong("texts as names of fields") }
      pairs.append((scalar.string, value))
    }
    return pairs
  }

  private func step(_ key: String) -> String { path.isEmpty ? key : "\(path).\(key)" }
}
