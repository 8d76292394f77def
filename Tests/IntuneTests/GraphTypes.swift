// SPDX-License-Identifier: Apache-2.0
import Intents
import Intune
import TestKit
import Trust

/// The types of Graph v1.0 as the extract of its metadata gives them, to hold bodies against. What it finds is
/// text: an unknown property, a value of another type, a name that an enum does not have.
struct GraphTypes {
  private struct Kind {
    let base: String?
    let isAbstract: Bool
    let isOpen: Bool
    let properties: [String: String]
    let navigation: [String: String]
  }

  private var kinds: [String: Kind] = [:]
  private var enums: [String: (members: Set<String>, isFlags: Bool)] = [:]
  private var paths: [[String]: String] = [:]
  private var actions: [String: (parameters: [String: String], result: String?)] = [:]

  init() throws {
    let file = "Tests/IntuneTests/Data/graph-v1.0-extract.json"
    let root = try JSONField(parsing: try Repository.contents(of: file), named: file)
    for group in ["entities", "complexTypes"] {
      for (name, field) in try root[group].members() {
        kinds[name] = Kind(
          base: try field.optional("base")?.string(),
          isAbstract: try field.optional("abstract")?.bool() ?? false,
          isOpen: try field.optional("open")?.bool() ?? false,
          properties: try Self.texts(field.optional("props")),
          navigation: try Self.texts(field.optional("nav")))
      }
    }
    for (name, field) in try root["enums"].members() {
      let members = Set(try field["members"].members().map(\.key))
      enums[name] = (members, try field.optional("flags")?.bool() ?? false)
    }
    for (path, type) in try Self.texts(root["paths"]) {
      paths[path.split(separator: "/").map(String.init)] = type
    }
    for action in try root["actions"].array() {
      let name = "action \(try action["name"].string()) on \(try action["boundTo"].string())"
      actions[name] = (
        try Self.texts(action["params"]), action.value.member("returns")?.string
      )
    }
  }

  private static func texts(_ field: JSONField?) throws -> [String: String] {
    var texts: [String: String] = [:]
    for (key, value) in try field?.members() ?? [] { texts[key] = try value.string() }
    return texts
  }

  /// What is wrong with a request's body and its answer; nil when the path is none of the extract's.
  func problems(
    method: String, path: String, body: JSONValue?, answer: JSONValue?
  ) -> [String]? {
    guard let type = type(of: path) else { return nil }
    if let action = actions[type] {
      let sent = check(body ?? [:], parameters: action.parameters)
      guard let result = action.result else { return sent + (answer == nil ? [] : ["an answer"]) }
      return sent + check(answer, answered: result)
    }
    if method == "POST", let element = Self.element(type) {
      return check(body ?? .null, element, at: "body", .sent)
        + check(answer ?? .null, element, at: "answer", .received)
    }
    return check(answer, answered: type)
  }

  /// A request's body alone against a type.
  func problems(sending body: JSONValue, as type: String) -> [String] {
    check(body, type, at: "body", .sent)
  }

  /// Names in `$select` that neither the type behind `path` nor a type below it has.
  func problems(selecting names: [String], at path: String) -> [String] {
    guard let declared = type(of: path) else { return names }
    let type = Self.element(declared) ?? declared
    let known = kinds.keys.filter { ancestry($0).contains(type) }
      .flatMap { ancestry($0) }.flatMap { kinds[$0].map { Array($0.properties.keys) } ?? [] }
    return names.filter { !known.contains($0) }
  }

  private enum Direction { case sent, received }

  private func check(_ answer: JSONValue?, answered type: String) -> [String] {
    guard let element = Self.element(type) else {
      return check(answer ?? .null, type, at: "answer", .received)
    }
    guard case .object(let page)? = answer, case .array(let values)? = page["value"] else {
      return ["answer: no value"]
    }
    let known: Set = ["value", "@odata.nextLink", "@odata.context", "@odata.count"]
    let unknown = page.members.map(\.key).filter { !known.contains($0) }.map { "answer: \($0)" }
    return unknown + values.flatMap { check($0, element, at: "answer", .received) }
  }

  private func check(_ body: JSONValue, parameters: [String: String]) -> [String] {
    guard case .object(let object) = body else { return ["body: no object"] }
    return object.members.flatMap { member in
      parameters[member.key].map { check(member.value, $0, at: member.key, .sent) }
        ?? ["body: unknown parameter \(member.key)"]
    }
  }

  private func check(
    _ value: JSONValue, _ declared: String, at place: String, _ direction: Direction
  ) -> [String] {
    let isRequired = declared.hasSuffix("!")
    let type = isRequired ? String(declared.dropLast()) : declared
    if case .null = value { return isRequired ? ["\(place): null"] : [] }
    if let element = Self.element(type) {
      guard case .array(let values) = value else { return ["\(place): no array"] }
      return values.flatMap { check($0, element, at: place + "[]", direction) }
    }
    if let kind = kinds[type] { return check(value, type, kind, at: place, direction) }
    if let named = enums[type] {
      let names = value.string.map { text in
        named.isFlags ? text.split(separator: ",").map(String.init) : [text]
      }
      let isKnown = names?.allSatisfy { named.members.contains($0) && $0 != "unknownFutureValue" }
      return isKnown == true ? [] : ["\(place): no \(type)"]
    }
    return isPrimitive(value, type) ? [] : ["\(place): no \(type)"]
  }

  private func check(
    _ value: JSONValue, _ declared: String, _ kind: Kind, at place: String,
    _ direction: Direction
  ) -> [String] {
    guard case .object(let object) = value else { return ["\(place): no object"] }
    var type = declared
    if let name = object["@odata.type"]?.string {
      guard name.hasPrefix("#microsoft.graph.") else { return ["\(place): type \(name)"] }
      type = String(name.dropFirst("#microsoft.graph.".utf8.count))
    } else if kind.isAbstract {
      return ["\(place): no @odata.type"]
    }
    let chain = ancestry(type)
    guard chain.contains(declared), kinds[type]?.isAbstract == false else {
      return ["\(place): \(type) is no \(declared)"]
    }
    let isOpen = chain.contains { kinds[$0]?.isOpen == true }
    return object.members.flatMap { member -> [String] in
      if member.key == "@odata.type" { return [] }
      let own = chain.compactMap { kinds[$0]?.properties[member.key] }.first
      guard let own else { return isOpen ? [] : ["\(place): unknown \(type).\(member.key)"] }
      return check(member.value, own, at: "\(place).\(member.key)", direction)
    }
  }

  /// A type and what it inherits from, itself first.
  private func ancestry(_ type: String) -> [String] {
    var chain: [String] = []
    var next: String? = type
    while let name = next, chain.count < 8 {
      chain.append(name)
      next = kinds[name]?.base
    }
    return chain
  }

  private func isPrimitive(_ value: JSONValue, _ type: String) -> Bool {
    switch (type, value) {
    case ("String", .string), ("Boolean", .bool), ("Int64", .integer): true
    case ("Int32", .integer(let number)): Int32(exactly: number) != nil
    case ("DateTimeOffset", .string(let text)):
      text.hasPrefix("0001-01-01T") || text.hasSuffix("Z") && GraphMoment.instant(text) != nil
    case ("Binary", .string(let text)): Base64.decode(text) != nil
    case ("Guid", .string(let text)): GraphID(text) != nil
    default: false
    }
  }

  private static func element(_ type: String) -> String? {
    let start = "Collection("
    guard type.hasPrefix(start) else { return nil }
    return String(type.dropFirst(start.utf8.count).prefix { $0 != ")" })
  }

  /// The type behind a path below `/v1.0`, by the extract's list, a navigation property or a key.
  private func type(of path: String) -> String? {
    // A key in brackets is a key behind a slash.
    let plain = path.split(separator: "('").joined(separator: "/").filter { !"')".contains($0) }
    return type(of: plain.split(separator: "/").map(String.init)[...])
  }

  private func type(of segments: ArraySlice<String>) -> String? {
    let listed = paths.first { template, _ in
      template.count == segments.count
        && zip(template, segments).allSatisfy { $0 == $1 || $0.hasPrefix("{") }
    }
    if let listed { return listed.value }
    guard let last = segments.last, let parent = type(of: segments.dropLast()) else { return nil }
    if let element = Self.element(parent) { return element }
    return ancestry(parent).compactMap { kinds[$0]?.navigation[last] }.first
  }
}
