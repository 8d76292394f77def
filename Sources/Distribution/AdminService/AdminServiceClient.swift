// SPDX-License-Identifier: Apache-2.0
import HTTP
import Intents
import Trust

/// The operations of an AdminService on the `wmi` route (configmgr.md, 3.2), with retries. It knows no class.
final class AdminServiceClient {
  /// How a create ended.
  enum Created {
    case made([JSONField])
    /// The site may have made the object or not: look it up.
    case unknown(Refusal)
  }

  private let base: String
  private let client: PatientClient

  init(
    _ configuration: AdminServiceConfiguration, _ clock: PointClock, _ memory: any PointMemory
  ) throws(Refusal) {
    base = "\(configuration.address)/AdminService/wmi/"
    let key = "\(configuration.id)/breaker"
    let http: HTTPClient
    do throws(Refusal) {
      http = try HTTPClient(
        HTTPOptions(
          signIn: .integrated, authorities: configuration.authorities,
          total: configuration.timeout))
    } catch {
      throw AdminServiceAnswer.translated(error)
    }
    client = PatientClient(
      { (request) throws(Refusal) in try http.send(request) },
      probe: HTTPRequest(.get, "\(base)SMS_Identification.GetSiteID", headers: [.acceptJSON]),
      timing: PatientClient.Timing(now: clock.now, sleep: clock.sleep),
      memory: PatientClient.Memory(
        load: { () throws(Refusal) in
          try memory.remembered(key).map { String(decoding: $0, as: UTF8.self) }
        },
        save: { (text) throws(Refusal) in try memory.remember(Array(text.utf8), as: key) }))
  }

  /// Every instance of a class that `filter` takes, over all pages.
  ///
  /// A list that ends at a round count without a link to the next page may have been cut (configmgr.md, 3.2).
  /// With `numberedBy`, a property that tells the instances apart, it is asked for again in order and piece by
  /// piece; without, it is refused.
  func rows(
    _ name: String, where filter: ODataFilter, select: [String], numberedBy number: String? = nil
  ) throws(Refusal) -> [JSONField] {
    let whole = try pages(name, filter, select)
    guard AdminServiceClient.isSuspicious(whole.count) else { return whole }
    guard let number else {
      throw AdminServiceAnswer.malformed(
        "\(base)\(name)", seen: "exactly \(whole.count) rows and no link to more",
        expected: "a list that was not cut")
    }
    var rows: [JSONField] = []
    var last: Int64 = -1
    while true {
      let rest = last < 0 ? filter : filter && .greater(number, last)
      let part = try pages(name, rest, select, orderedBy: number)
      last = try end(of: part, after: last, number, name)
      rows += part
      guard rows.count <= DistributionLimits.rows else {
        throw AdminServiceAnswer.malformed(
          "\(base)\(name)", seen: "more than \(DistributionLimits.rows) rows", expected: "fewer")
      }
      guard AdminServiceClient.isSuspicious(part.count) else { return rows }
    }
  }

  /// The number of the last row, where every row has a higher one than the row before. A site that does not
  /// know the order would lose rows without a word.
  private func end(
    of rows: [JSONField], after first: Int64, _ number: String, _ name: String
  ) throws(Refusal) -> Int64 {
    try AdminServiceAnswer.read { () throws(Refusal) in
      var last = first
      for row in rows {
        let value = try row[number].integer(in: 0...TrustLimits.jsonInteger)
        guard value > last else {
          throw AdminServiceAnswer.malformed(
            "\(base)\(name)", seen: "\(number) \(value) behind \(last)", expected: "rows in order")
        }
        last = value
      }
      return last
    }
  }

  /// Makes an instance. Never repeated when the site can have acted on it.
  func create(_ name: String, _ body: JSONValue) throws(Refusal) -> Created {
    let place = "\(base)\(name)"
    let response: HTTPResponse
    do throws(Refusal) {
      response = try send(.post, place, body, .whenWithoutEffect)
    } catch {
      guard (error.reason as? HTTPReason)?.mayHaveArrived == true else {
        throw AdminServiceAnswer.translated(error)
      }
      return .unknown(AdminServiceAnswer.translated(error))
    }
    guard response.isSuccess else {
      let refusal = AdminServiceAnswer.refusal(response, from: place)
      if [408, 500, 502, 504].contains(response.status) { return .unknown(refusal) }
      throw refusal
    }
    do throws(Refusal) {
      return .made(try AdminServiceAnswer.rows(response, from: place))
    } catch {
      return .unknown(error)
    }
  }

  /// Changes the properties in `body`. False when there is no such instance.
  func update(_ name: String, _ key: ODataKey, _ body: JSONValue) throws(Refusal) -> Bool {
    let response = try translating(.put, "\(base)\(name)\(key.text)", body, .always)
    if response.status == 404 { return false }
    return try expectSuccess(response, "\(base)\(name)")
  }

  /// Takes an instance away. One that is not there is fine.
  func delete(_ name: String, _ key: ODataKey) throws(Refusal) {
    let response = try translating(.delete, "\(base)\(name)\(key.text)", nil, .always)
    guard response.status != 404 else { return }
    _ = try expectSuccess(response, "\(base)\(name)")
  }

  /// Calls a method of an instance. An ambiguous failure is thrown like any other: the caller looks again
  /// before it calls again.
  func call(
    _ name: String, _ key: ODataKey, _ method: String, _ body: JSONValue
  ) throws(Refusal) {
    let place = "\(base)\(name)\(key.text)/AdminService.\(method)"
    let response = try translating(.post, place, body, .whenWithoutEffect)
    _ = try expectSuccess(response, place)
    try AdminServiceAnswer.checkReturnValue(response, from: place)
  }

  private func pages(
    _ name: String, _ filter: ODataFilter, _ select: [String], orderedBy order: String? = nil
  ) throws(Refusal) -> [JSONField] {
    let place = "\(base)\(name)"
    var address =
      "\(place)?$filter=\(ODataText.encoded(filter.text))&$select=\(select.joined(separator: ","))"
    if let order { address += "&$orderby=\(order)" }
    var seen: Set<String> = []
    var rows: [JSONField] = []
    while seen.insert(address).inserted, seen.count <= DistributionLimits.pages {
      let response = try translating(.get, address, nil, .always)
      _ = try expectSuccess(response, place)
      rows += try AdminServiceAnswer.rows(response, from: place)
      guard let link = try AdminServiceAnswer.nextLink(response, from: place) else {
        return rows
      }
      guard link.hasPrefix(base) else {
        throw Refusal(
          DistributionReason.redirected, place, seen: String(link.prefix(200)),
          expected: "a next page below \(base)")
      }
      address = link
    }
    throw AdminServiceAnswer.malformed(
      place, seen: "pages without an end", expected: "at most \(DistributionLimits.pages)")
  }

  private static func isSuspicious(_ count: Int) -> Bool {
    count > 0 && (count.isMultiple(of: 1000) || count == 500)
  }

  private func expectSuccess(
    _ response: HTTPResponse, _ place: String
  ) throws(Refusal) -> Bool {
    guard response.isSuccess else {
      throw AdminServiceAnswer.refusal(response, from: place)
    }
    return true
  }

  private func translating(
    _ method: HTTPRequest.Method, _ address: String, _ body: JSONValue?,
    _ repetition: Retry.Repetition
  ) throws(Refusal) -> HTTPResponse {
    do throws(Refusal) {
      return try send(method, address, body, repetition)
    } catch {
      throw AdminServiceAnswer.translated(error)
    }
  }

  private func send(
    _ method: HTTPRequest.Method, _ address: String, _ body: JSONValue?,
    _ repetition: Retry.Repetition
  ) throws(Refusal) -> HTTPResponse {
    try client.send(
      HTTPRequest(
        method, address, headers: body == nil ? [.acceptJSON] : [.acceptJSON, .json],
        body: body?.encoded),
      repeating: repetition)
  }
}
