// SPDX-License-Identifier: Apache-2.0
import Bundles
package import Intents
import SystemPackage
import Trust

extension LibraryPoint {
  package func ensureProgram(
    _ request: ProgramRequest, key: EffectKey
  ) throws(Refusal) -> Effect<String> {
    try effect { (files) throws(Refusal) in
      let content = request.content.contentID
      guard try isComplete(request.content) else { return .pending("content \(content)") }
      let path = records.path(of: request.program.name, content: content)
      try files.ensure(request.program.libraryRecord.encoded, at: path)
      return .done("\(content)/\(request.program.name)")
    }
  }

  package func ensureCollection(
    _ request: CollectionRequest, key: EffectKey
  ) throws(Refusal) -> Effect<String> {
    try effect { (files) throws(Refusal) in
      let known = try records.collections()
      if let collection = known.first(where: { $0.name == request.name }) {
        return .done(collection.id.text)
      }
      let id = try mint(after: known.compactMap(\.id.number).max() ?? 0)
      let value: JSONValue = [
        "_type": "waybill-collection", "format": 1, "name": .string(request.name.text),
        "collection_id": .string(id.text),
      ]
      try files.ensure(value.encoded, at: records.path(of: request.name))
      return .done(id.text)
    }
  }

  /// - Throws: `DistributionReason.keyReused` when the intent's revision is there with another choice, or a
  ///   higher one is.
  package func ensureDeployment(
    _ request: DeploymentRequest, key: EffectKey
  ) throws(Refusal) -> Effect<String> {
    try effect { (files) throws(Refusal) in
      let intent = request.intent
      let content = request.content.contentID
      guard try isComplete(request.content) else { return .pending("content \(content)") }
      guard FileQuery.status(records.path(of: intent.program, content: content)) != nil else {
        return .pending("program \(intent.program) of \(content)")
      }
      guard FileQuery.status(records.path(of: intent.collection)) != nil else {
        return .pending("collection \(intent.collection)")
      }
      let known = try records.deployments()
      let held = known.first { $0.key.intent == intent.id }
      // ConfigMgr's advertisements begin at 20000; so do ours, to tell them from packages.
      let highest = known.compactMap(\.id.number).max() ?? 19_999
      let id = if let held { held.id } else { try mint(after: highest) }
      let record = DeploymentRecord(id: id, request)
      if let held, held != record {
        guard held.key.revision < intent.revision else {
          throw Refusal(
            DistributionReason.keyReused, intent.id.text,
            seen: "revision \(intent.revision) with \(content)",
            expected: "a revision above \(held.key.revision), or its own \(held.content) unchanged")
        }
      }
      try files.ensure(record.encoded, at: records.path(of: intent.id))
      return .done(id.text)
    }
  }

  package func remove(_ removal: Removal, key: EffectKey) throws(Refusal) -> Effect<String> {
    try effect { (files) throws(Refusal) in
      switch removal {
      case .deployment(let intent):
        try files.remove(records.path(of: intent))
        try DurableFile.synchronizeFolder(layout.deployments)
        return .done(intent.text)
      case .content(let manifest):
        return try removeContent(manifest: manifest, files)
      case .collection(let name):
        if let user = try records.deployments().first(where: { $0.collection == name }) {
          throw Refusal(
            DistributionReason.inUse, name.text, seen: "the deployment of \(user.key)",
            expected: "no deployment")
        }
        try files.remove(records.path(of: name))
        try DurableFile.synchronizeFolder(layout.collections)
        return .done(name.text)
      }
    }
  }

  private func isComplete(_ receipt: ContentReceipt) throws(Refusal) -> Bool {
    guard let package = try records.packages().first(where: { $0.id == receipt.packageID }) else {
      return false
    }
    return package.versions.contains {
      $0.number == receipt.sourceVersion && $0.state == .complete
    }
  }
}

extension Program {
  /// The program as in a content manifest (FORMAT.md, 8).
  var libraryRecord: JSONValue {
    var codes: [(String, JSONValue)] = []
    for meaning in ExitCodes.Meaning.allCases {
      let listed = exitCodes.codes(meaning: meaning)
      if !listed.isEmpty { codes.append((meaning.rawValue, .array(listed.map(JSONValue.integer)))) }
    }
    return [
      "_type": "waybill-program", "format": 1, "name": .string(name.text),
      "command_line": .string(commandLine), "account": .string(account.rawValue),
      "critical": .bool(isCritical), "privileged": .bool(isPrivileged),
      "maximum_runtime": .integer(maximumRuntime), "exit_codes": .object(JSONObject(codes)),
      "detection": .array(detection.map(\.libraryRecord)),
    ]
  }
}

extension Detection {
  fileprivate var libraryRecord: JSONValue {
    switch self {
    case .file(let path, let version):
      LibraryRecords.object(["kind": "file", "path": path, "version": version])
    case .registry(let key, let value, let equals):
      LibraryRecords.object(["kind": "registry", "key": key, "value": value, "equals": equals])
    case .product(let code):
      LibraryRecords.object(["kind": "product", "code": code])
    }
  }
}

extension LibraryRecords {
  /// The members that have a value.
  fileprivate static func object(_ members: KeyValuePairs<String, String?>) -> JSONValue {
    .object(JSONObject(members.compactMap { key, value in value.map { (key, .string($0)) } }))
  }
}
