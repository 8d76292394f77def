// SPDX-License-Identifier: Apache-2.0
private import CCurl
package import Intents

/// GET and nothing else, over libcurl: no redirects, no proxies, no cookies, addresses sent as they are. One
/// connection is kept from one call to the next. Not for two threads at once.
package final class HTTPClient {
  /// Takes the next bytes of a body; what it throws ends the transfer.
  package typealias Sink = (UnsafeRawBufferPointer) throws(Refusal) -> Void

  /// A session of libcurl. The library is started once, before any thread could be.
  private let handle: UnsafeMutableRawPointer

  private static let isStarted = curl_global_init(Int(CURL_GLOBAL_DEFAULT)) == CURLE_OK

  /// - Throws: `HTTPReason.libraryFailed`.
  package init() throws(Refusal) {
    guard HTTPClient.isStarted, let handle = curl_easy_init() else {
      throw Refusal(
        HTTPReason.libraryFailed, "libcurl", seen: "no session", expected: "a session")
    }
    self.handle = handle
    for (option, value) in [
      (CURLOPT_NOSIGNAL, 1), (CURLOPT_PATH_AS_IS, 1), (CURLOPT_FOLLOWLOCATION, 0),
      (CURLOPT_CONNECTTIMEOUT, HTTPLimits.connecting),
      (CURLOPT_LOW_SPEED_LIMIT, HTTPLimits.slowestRate),
      (CURLOPT_LOW_SPEED_TIME, HTTPLimits.slowSeconds),
    ] {
      try check(waybill_curl_set_long(handle, option, value))
    }
    for (option, value) in [
      (CURLOPT_PROTOCOLS_STR, "http,https"), (CURLOPT_PROXY, ""), (CURLOPT_USERAGENT, "waybill"),
    ] {
      try check(waybill_curl_set_text(handle, option, value))
    }
  }

  deinit { curl_easy_cleanup(handle) }

  /// Asks for `address` and hands the body to `sink` as it comes, if the answer is 200.
  ///
  /// - Parameter cap: bytes that the body may have.
  /// - Returns: the status; with any other than 200 nothing was handed on.
  /// - Throws: `HTTPReason.unreachable`, `.bodyTooLarge` before the first byte over `cap` is handed on, and what
  ///   `sink` throws.
  package func get(
    _ address: String, atMost cap: Int64, into sink: @escaping Sink
  ) throws(Refusal) -> Int {
    let transfer = Transfer(handle: handle, address: address, cap: cap, sink: sink)
    try check(waybill_curl_set_text(handle, CURLOPT_URL, address))
    let code = try withExtendedLifetime(transfer) { () throws(Refusal) -> CURLcode in
      let context = Unmanaged.passUnretained(transfer).toOpaque()
      try check(waybill_curl_set_writer(handle, Transfer.write, context))
      return curl_easy_perform(handle)
    }
    if let refusal = transfer.refusal { throw refusal }
    let status = transfer.status
    if code == CURLE_OK || transfer.hasIgnoredEnough { return status }
    throw Refusal(
      HTTPReason.unreachable, address, seen: String(cString: curl_easy_strerror(code)),
      expected: "an answer")
  }

  /// The whole body; nil unless the answer is 200, 403 and 404 alike.
  ///
  /// - Throws: `HTTPReason.unexpectedStatus` for any other, and what `get` throws.
  package func contents(of address: String, atMost cap: Int64) throws(Refusal) -> [UInt8]? {
    var body: [UInt8] = []
    let status = try get(address, atMost: cap) { body.append(contentsOf: $0) }
    switch status {
    case 200: return body
    case 403, 404: return nil
    default: throw HTTPClient.unexpected(status, address)
    }
  }

  /// The refusal of a status that is not what the caller can use.
  package static func unexpected(_ status: Int, _ address: String) -> Refusal {
    Refusal(HTTPReason.unexpectedStatus, address, seen: "\(status)", expected: "200")
  }

  private func check(_ code: CURLcode) throws(Refusal) {
    guard code == CURLE_OK else {
      throw Refusal(
        HTTPReason.libraryFailed, "libcurl", seen: String(cString: curl_easy_strerror(code)),
        expected: "to set an option")
    }
  }
}

/// One answer on its way in. libcurl's writer gets it as its context.
private final class Transfer {
  private let handle: UnsafeMutableRawPointer
  private let address: String
  private let cap: Int64
  private let sink: HTTPClient.Sink
  private var taken: Int64 = 0
  private var ignored = 0
  private(set) var refusal: Refusal?

  init(
    handle: UnsafeMutableRawPointer, address: String, cap: Int64, sink: @escaping HTTPClient.Sink
  ) {
    self.handle = handle
    self.address = address
    self.cap = cap
    self.sink = sink
  }

  var status: Int {
    var status = 0
    return waybill_curl_get_status(handle, &status) == CURLE_OK ? status : 0
  }

  /// Whether the transfer was cut because its body is of no use anyway.
  var hasIgnoredEnough: Bool { ignored > HTTPLimits.ignoredBody }

  /// What libcurl calls with each piece of a body; any other count than it brought ends the transfer.
  static let write:
    @convention(c) (
      UnsafeMutablePointer<CChar>?, Int, Int, UnsafeMutableRawPointer?
    ) -> Int = { bytes, size, count, context in
      guard let bytes, let context else { return 0 }
      let transfer = Unmanaged<Transfer>.fromOpaque(context).takeUnretainedValue()
      let isTaken = transfer.take(UnsafeRawBufferPointer(start: bytes, count: size * count))
      return isTaken ? size * count : 0
    }

  private func take(_ bytes: UnsafeRawBufferPointer) -> Bool {
    guard status == 200 else {
      ignored += bytes.count
      return !hasIgnoredEnough
    }
    taken += Int64(bytes.count)
    guard taken <= cap else {
      refusal = Refusal(
        HTTPReason.bodyTooLarge, address, seen: "more than \(cap) bytes",
        expected: "at most \(cap)")
      return false
    }
    do throws(Refusal) {
      try sink(bytes)
      return true
    } catch {
      refusal = error
      return false
    }
  }
}
