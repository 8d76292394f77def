// SPDX-License-Identifier: Apache-2.0
import HTTP
package import Intents
package import Trust

extension GraphClient {
  /// Reads many objects, 20 in one call. Each has a status of its own: what Graph throttled or stumbled over is
  /// asked for once more by itself.
  ///
  /// - Returns: one answer a path, in their order; nil where there is none (404).
  /// - Throws: as `get`; the first that is refused ends it.
  package func batch(_ paths: [GraphPath]) throws(Refusal) -> [JSONField?] {
    var answers: [JSONField?] = []
    var rest = paths[...]
    while !rest.isEmpty {
      answers += try chunk(Array(rest.prefix(IntuneLimits.batch)))
      rest = rest.dropFirst(IntuneLimits.batch)
    }
    return answers
  }

  private func chunk(_ paths: [GraphPath]) throws(Refusal) -> [JSONField?] {
    let requests = paths.enumerated().map { index, path -> JSONValue in
      ["id": .string("\(index)"), "method": "GET", "url": .string("/" + path.text)]
    }
    let body: JSONValue = ["requests": .array(requests)]
    guard let answer = try post(GraphPath("$batch"), body, repeating: .always) else {
      throw Refusal(
        IntuneReason.unusableAnswer, "$batch", seen: "no body", expected: "responses")
    }
    let responses = try understood { () throws(Refusal) in try BatchResponses(answer) }
    var answers: [JSONField?] = []
    for (index, path) in paths.enumerated() {
      guard let (status, body) = responses["\(index)"] else {
        throw Refusal(
          IntuneReason.unusableAnswer, "\(answer.place): \(path.place)", seen: "no response",
          expected: "one a request")
      }
      answers.append(try one(path, status, body, in: answer.place))
    }
    return answers
  }

  private func one(
    _ path: GraphPath, _ status: Int64, _ body: JSONValue?, in place: String
  ) throws(Refusal) -> JSONField? {
    if status == 404 { return nil }
    if GraphVerdict.isWorthRepeating(status) { return try get(path) }
    let place = "\(place): \(path.place)"
    guard (200..<300).contains(status) else {
      let seen = body.flatMap { GraphErrorBody(status: status, body: $0)?.text }
      let reason: IntuneReason = status == 403 ? .forbidden : .requestRefused
      throw Refusal(reason, place, seen: seen ?? "\(status)", expected: "200")
    }
    guard let body, body.object != nil else {
      throw Refusal(IntuneReason.unusableAnswer, place, seen: "no object", expected: "an object")
    }
    return JSONField(body, at: place)
  }
}

/// The answers of one batch by the id of their request.
private struct BatchResponses {
  private var answers: [String: (status: Int64, body: JSONValue?)] = [:]

  init(_ answer: JSONField) throws(Refusal) {
    for response in try answer["responses"].array() {
      let id = try response["id"].string()
      let status = try response["status"].integer(in: 100...599)
      let isNew = answers.updateValue((status, try response.optional("body")?.value), forKey: id)
      guard isNew == nil else { throw try response["id"].wrong("each id once") }
    }
  }

  subscript(id: String) -> (status: Int64, body: JSONValue?)? { answers[id] }
}
