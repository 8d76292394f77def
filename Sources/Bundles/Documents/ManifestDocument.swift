// SPDX-License-Identifier: Apache-2.0
package import Intents
package import Trust

/// The JSON form of a content manifest: header of a listing, then its files (FORMAT.md, 8).
package enum ManifestDocument {
  /// Name of the listing's list.
  package static let list = "files"

  package static func header(_ manifest: ContentManifest) -> JSONObject {
    JSONObject(
      DocumentHeader.members(type: "waybill-content") + [
        ("salt", .string(manifest.salt.text)),
        ("line", .string(manifest.line.text)),
        ("name", .string(manifest.name)),
        ("version", .string(manifest.version)),
        ("counter", .integer(manifest.counter)),
        ("publisher_scope", .sorted(manifest.publisherScope.map(\.text))),
        ("programs", .array(manifest.programs.map(json))),
        ("file_count", .integer(manifest.fileCount)),
        ("total_length", .integer(manifest.totalLength)),
      ])
  }

  package static func manifest(_ header: JSONField) throws(Refusal) -> ContentManifest {
    try DocumentHeader.check(header, type: "waybill-content")
    var programs: [Program] = []
    for element in try header["programs"].array() { programs.append(try program(element)) }
    return ContentManifest(
      salt: try header["salt"].randomID(), line: try header["line"].randomID(),
      name: try header["name"].string(), version: try header["version"].string(),
      counter: try header["counter"].integer(in: 1...TrustLimits.jsonInteger),
      publisherScope: try header["publisher_scope"].tags(), programs: programs,
      fileCount: try header["file_count"].count(), totalLength: try header["total_length"].count())
  }

  package static func element(_ file: ContentFile) -> JSONValue {
    .object(
      JSONObject([
        ("path", .string(file.path)), ("length", .integer(file.length)),
        ("sha256", .digest(file.digest)), ("modified", .instant(file.modified)),
      ]))
  }

  package static func file(_ element: JSONField) throws(Refusal) -> ContentFile {
    let path = try element["path"].string()
    if let defect = WindowsName.defect(ofPath: path) {
      throw Refusal(
        DocumentReason.unusablePath, try element["path"].place, seen: "\(path): \(defect)",
        expected: "a relative path that Windows can hold")
    }
    return ContentFile(
      path: path, length: try element["length"].count(), digest: try element["sha256"].digest(),
      modified: try element["modified"].instant())
  }

  private static func json(_ program: Program) -> JSONValue {
    var codes: [(String, JSONValue)] = []
    for meaning in ExitCodes.Meaning.allCases where meaning != .failure {
      codes.append(
        (meaning.rawValue, .array(program.exitCodes.codes(meaning: meaning).map { .integer($0) })))
    }
    return .object(
      JSONObject([
        ("name", .string(program.name.text)), ("command_line", .string(program.commandLine)),
        ("account", .string(program.account.rawValue)),
        ("exit_codes", .object(JSONObject(codes))),
        ("detection", .array(program.detection.map(json))),
        ("critical", .bool(program.isCritical)), ("privileged", .bool(program.isPrivileged)),
        ("maximum_runtime", .integer(program.maximumRuntime)),
      ]))
  }

  private static func program(_ field: JSONField) throws(Refusal) -> Program {
    var detection: [Detection] = []
    for element in try field["detection"].array() {
      detection.append(try self.detection(element))
    }
    return Program(
      name: try field["name"].name(), commandLine: try field["command_line"].string(),
      account: try field["account"].choice(Program.Account.self),
      exitCodes: try exitCodes(try field["exit_codes"]), detection: detection,
      isCritical: try field["critical"].bool(), isPrivileged: try field["privileged"].bool(),
      maximumRuntime: try field["maximum_runtime"].integer(in: 1...1440))
  }

  private static func exitCodes(_ field: JSONField) throws(Refusal) -> ExitCodes {
    var meanings: [Int64: ExitCodes.Meaning] = [:]
    for (key, codes) in try field.members() {
      guard let meaning = ExitCodes.Meaning(rawValue: key), meaning != .failure else {
        throw codes.wrong("one of success, soft-reboot, hard-reboot, retry as key")
      }
      for code in try codes.array() {
        let number = try code.integer(in: -2_147_483_648...4_294_967_295)
        guard meanings.updateValue(meaning, forKey: number) == nil else {
          throw code.wrong("each exit code once")
        }
      }
    }
    return ExitCodes(meanings)
  }

  private static func json(_ detection: Detection) -> JSONValue {
    switch detection {
    case .file(let path, let version):
      .object(
        JSONObject(
          [("kind", "file"), ("path", .string(path))]
            + (version.map { [("version", .string($0))] } ?? [])))
    case .registry(let key, let value, let equals):
      .object(
        JSONObject(
          [("kind", "registry"), ("key", .string(key)), ("value", .string(value))]
            + (equals.map { [("equals", .string($0))] } ?? [])))
    case .product(let code):
      .object(JSONObject([("kind", "product"), ("code", .string(code))]))
    }
  }

  private static func detection(_ field: JSONField) throws(Refusal) -> Detection {
    switch try field["kind"].string() {
    case "file":
      return .file(
        path: try field["path"].string(), version: try field.optional("version")?.string())
    case "registry":
      return .registry(
        key: try field["key"].string(), value: try field["value"].string(),
        equals: try field.optional("equals")?.string())
    case "product": return .product(code: try field["code"].string())
    default: throw try field["kind"].wrong("one of file, registry, product")
    }
  }
}
