// SPDX-License-Identifier: Apache-2.0
import Intents

/// One answer on its way in. libcurl's two writers get it as their context.
final class HTTPExchange {
  typealias Writer =
    @convention(c) (
      UnsafeMutablePointer<CChar>?, Int, Int, UnsafeMutableRawPointer?
    ) -> Int

  typealias Guard =
    @convention(c) (
      UnsafeMutableRawPointer?, UnsafeMutablePointer<CChar>?, UnsafeMutablePointer<CChar>?, CInt,
      CInt
    ) -> CInt

  private let place: String
  private let cap: Int64
  private let isIdempotent: Bool
  private var headBytes = 0
  /// Whether a request went out and no answer has begun since.
  private var isUnanswered = false
  private(set) var headers: [HTTPHeader] = []
  private(set) var body: [UInt8] = []
  private(set) var refusal: Refusal?

  init(_ request: HTTPRequest, cap: Int64) {
    place = request.place
    isIdempotent = request.isIdempotent
    self.cap = cap
  }

  /// What libcurl calls before each request that it sends; 1 ends the transfer.
  ///
  /// When a connection that was used before dies without an answer, libcurl sends the request once more, whatever
  /// it is. The server may have acted on the first.
  static let before: Guard = { context, _, _, _, _ in
    guard let context else { return 1 }
    let exchange = Unmanaged<HTTPExchange>.fromOpaque(context).takeUnretainedValue()
    if exchange.isUnanswered, !exchange.isIdempotent { return 1 }
    exchange.isUnanswered = true
    return 0
  }

  /// What libcurl calls with each line of a head; any other count than it brought ends the transfer.
  static let head: Writer = { bytes, size, count, context in
    HTTPExchange.give(bytes, size, count, context) { $0.takeLine($1) }
  }

  /// What libcurl calls with each piece of a body.
  static let content: Writer = { bytes, size, count, context in
    HTTPExchange.give(bytes, size, count, context) { $0.takePiece($1) }
  }

  private static func give(
    _ bytes: UnsafeMutablePointer<CChar>?, _ size: Int, _ count: Int,
    _ context: UnsafeMutableRawPointer?, _ take: (HTTPExchange, UnsafeRawBufferPointer) -> Bool
  ) -> Int {
    let (length, overflows) = size.multipliedReportingOverflow(by: count)
    guard !overflows, let context else { return 0 }
    guard length > 0 else { return 0 }
    guard let bytes else { return 0 }
    let exchange = Unmanaged<HTTPExchange>.fromOpaque(context).takeUnretainedValue()
    let piece = UnsafeRawBufferPointer(start: bytes, count: length)
    return take(exchange, piece) ? length : 0
  }

  private func takeLine(_ bytes: UnsafeRawBufferPointer) -> Bool {
    // Every answer of a sign-in begins with its status line; only the last one counts.
    if bytes.starts(with: "HTTP/".utf8) {
      headers = []
      body = []
      isUnanswered = false
    }
    headBytes += bytes.count
    guard headBytes <= HTTPLimits.head else {
      return refuse("a head of more than \(HTTPLimits.head) bytes", "at most \(HTTPLimits.head)")
    }
    let line = String(decoding: bytes, as: UTF8.self)
    guard let colon = line.firstIndex(of: ":") else { return true }
    let value = line[line.index(after: colon)...]
    headers.append(
      HTTPHeader(String(line[..<colon]), HTTPExchange.trimmed(value)))
    return true
  }

  private func takePiece(_ bytes: UnsafeRawBufferPointer) -> Bool {
    guard Int64(body.count) + Int64(bytes.count) <= cap else {
      return refuse("more than \(cap) bytes", "at most \(cap)")
    }
    body.append(contentsOf: bytes)
    return true
  }

  private func refuse(_ seen: String, _ expected: String) -> Bool {
    refusal = Refusal(HTTPReason.bodyTooLarge, place, seen: seen, expected: expected)
    return false
  }

  private static func trimmed(_ text: Substring) -> String {
    var text = text.drop(while: \.isWhitespace)
    while text.last?.isWhitespace == true { text.removeLast() }
    return String(text)
  }
}
