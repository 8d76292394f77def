// SPDX-License-Identifier: Apache-2.0
private import CCurl
package import Intents

/// Requests over libcurl: no redirects, no proxies, no cookies, addresses sent as they are, certificates and
/// host names always checked. One connection is kept from one call to the next. Not for two threads at once.
package final class HTTPClient {
  /// Takes the next bytes of a body; what it throws ends the transfer.
  package typealias Sink = (UnsafeRawBufferPointer) throws(Refusal) -> Void

  /// A session of libcurl. The library is started once, before any thread could be.
  private let handle: UnsafeMutableRawPointer
  /// Where libcurl writes what went wrong.
  private let message = UnsafeMutablePointer<CChar>.allocate(capacity: Int(CURL_ERROR_SIZE))
  private let options: HTTPOptions

  private static let isStarted = curl_global_init(Int(CURL_GLOBAL_DEFAULT)) == CURLE_OK

  /// - Throws: `HTTPReason.libraryFailed`.
  package init(_ options: HTTPOptions = HTTPOptions(total: nil)) throws(Refusal) {
    guard HTTPClient.isStarted, let handle = curl_easy_init() else {
      message.deallocate()
      throw Refusal(
        HTTPReason.libraryFailed, "libcurl", seen: "no session", expected: "a session")
    }
    self.handle = handle
    self.options = options
    message.initialize(repeating: 0, count: Int(CURL_ERROR_SIZE))
    try prepare()
  }

  deinit {
    curl_easy_cleanup(handle)
    message.deallocate()
  }

  /// Sends `request` and waits for the whole answer, whatever its status.
  ///
  /// - Throws: `HTTPReason.notConnected` when nothing can have arrived, `.unreachable` when it is not known,
  ///   `.serverUntrusted` before anything was sent, `.handshakeFailed`, `.requestFailed`, `.bodyTooLarge`,
  ///   `.libraryFailed`.
  package func send(_ request: HTTPRequest) throws(Refusal) -> HTTPResponse {
    guard request.address.utf8.allSatisfy({ $0 > 32 && $0 < 127 }) else {
      throw Refusal(
        HTTPReason.requestFailed, request.place, seen: "a blank, a control character or no ASCII",
        expected: "a percent-encoded address")
    }
    try prepare()
    let list = try headerList(of: request)
    defer { curl_slist_free_all(list) }
    try check(waybill_curl_set_headers(handle, list))
    try check(waybill_curl_set_text(handle, CURLOPT_URL, request.address))
    let exchange = HTTPExchange(request, cap: options.cap)
    let code = try withExtendedLifetime(exchange) { () throws(Refusal) -> CURLcode in
      let context = Unmanaged.passUnretained(exchange).toOpaque()
      try check(waybill_curl_set_before_request(handle, HTTPExchange.before, context))
      try check(waybill_curl_set_header_writer(handle, HTTPExchange.head, context))
      try check(waybill_curl_set_writer(handle, HTTPExchange.content, context))
      return try perform(request)
    }
    if let refusal = exchange.refusal { throw refusal }
    guard code == CURLE_OK else {
      throw Refusal(
        HTTPClient.reason(of: code), request.place, seen: text(of: code), expected: "an answer")
    }
    return HTTPResponse(status: status, headers: exchange.headers, body: exchange.body)
  }

  /// Asks for `address` and hands the body to `sink` as it comes, if the answer is 200.
  ///
  /// - Parameter cap: bytes that the body may have.
  /// - Returns: the status; with any other than 200 nothing was handed on.
  /// - Throws: `HTTPReason.unreachable`, `.bodyTooLarge` before the first byte over `cap` is handed on, and what
  ///   `sink` throws.
  package func get(
    _ address: String, atMost cap: Int64, into sink: @escaping Sink
  ) throws(Refusal) -> Int {
    try prepare()
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
    throw Refusal(HTTPReason.unreachable, address, seen: text(of: code), expected: "an answer")
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

  /// Forgets the last request and sets what is the same for all; the connection stays.
  private func prepare() throws(Refusal) {
    curl_easy_reset(handle)
    message.pointee = 0
    try check(waybill_curl_set_error_buffer(handle, message))
    for (option, value) in [
      (CURLOPT_NOSIGNAL, 1), (CURLOPT_PATH_AS_IS, 1), (CURLOPT_FOLLOWLOCATION, 0),
      (CURLOPT_CONNECTTIMEOUT_MS, options.connecting), (CURLOPT_TIMEOUT_MS, options.total ?? 0),
      (CURLOPT_LOW_SPEED_LIMIT, HTTPLimits.slowestRate),
      (CURLOPT_LOW_SPEED_TIME, HTTPLimits.slowSeconds),
      (CURLOPT_SSL_VERIFYPEER, 1), (CURLOPT_SSL_VERIFYHOST, 2),
      // Negotiate and NTLM sign a connection in, and HTTP/2 has no such thing.
      (CURLOPT_HTTP_VERSION, 2),
    ] {
      try check(waybill_curl_set_long(handle, option, value))
    }
    for (option, value) in [
      (CURLOPT_PROTOCOLS_STR, "http,https"), (CURLOPT_PROXY, ""), (CURLOPT_NOPROXY, "*"),
      (CURLOPT_USERAGENT, "waybill"),
    ] {
      try check(waybill_curl_set_text(handle, option, value))
    }
    if let authorities = options.authorities {
      // Without the second, every authority of the machine would be believed beside the pinned one.
      try check(waybill_curl_set_text(handle, CURLOPT_CAINFO, authorities))
      try check(waybill_curl_set_text(handle, CURLOPT_CAPATH, nil))
    }
    if options.signIn == .integrated { try check(waybill_curl_set_integrated(handle)) }
  }

  private func perform(_ request: HTTPRequest) throws(Refusal) -> CURLcode {
    let takesBody = request.method != .get && request.method != .delete
    // Without a length HTTP.sys answers 411.
    guard let body = request.body ?? (takesBody ? [] : nil) else {
      if request.method != .get {
        try check(waybill_curl_set_text(handle, CURLOPT_CUSTOMREQUEST, request.method.rawValue))
      }
      return curl_easy_perform(handle)
    }
    // A pointer even for no bytes: a null one would make libcurl ask a callback for them.
    let bytes = body.isEmpty ? [0] : body
    var result = CURLE_OK
    var setting = CURLE_OK
    bytes.withUnsafeBytes { buffer in
      setting = waybill_curl_set_body(handle, buffer.baseAddress, Int64(body.count))
      if setting == CURLE_OK, request.method != .post {
        setting = waybill_curl_set_text(handle, CURLOPT_CUSTOMREQUEST, request.method.rawValue)
      }
      if setting == CURLE_OK { result = curl_easy_perform(handle) }
    }
    try check(setting)
    return result
  }

  private func headerList(
    of request: HTTPRequest
  ) throws(Refusal) -> UnsafeMutablePointer<curl_slist>? {
    var list: UnsafeMutablePointer<curl_slist>?
    for header in request.headers {
      guard let line = header.line, let longer = curl_slist_append(list, line) else {
        curl_slist_free_all(list)
        throw Refusal(
          HTTPReason.requestFailed, request.place, seen: "header \(header.name)",
          expected: "a name of letters, digits and -, and a value on one line")
      }
      list = longer
    }
    return list
  }

  private var status: Int {
    var status = 0
    return waybill_curl_get_status(handle, &status) == CURLE_OK ? status : 0
  }

  /// configmgr.md, 7.2.
  private static func reason(of code: CURLcode) -> HTTPReason {
    switch code {
    case CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_CONNECT: .notConnected
    case CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_PINNEDPUBKEYNOTMATCH: .serverUntrusted
    case CURLE_SSL_CONNECT_ERROR, CURLE_SSL_CACERT_BADFILE, CURLE_SSL_CERTPROBLEM,
      CURLE_SSL_CIPHER:
      .handshakeFailed
    case CURLE_UNSUPPORTED_PROTOCOL, CURLE_URL_MALFORMAT, CURLE_LOGIN_DENIED, CURLE_AUTH_ERROR:
      .requestFailed
    case CURLE_OUT_OF_MEMORY, CURLE_FAILED_INIT, CURLE_NOT_BUILT_IN, CURLE_BAD_FUNCTION_ARGUMENT:
      .libraryFailed
    default: .unreachable
    }
  }

  private func text(of code: CURLcode) -> String {
    let detail = String(cString: message)
    return detail.isEmpty ? String(cString: curl_easy_strerror(code)) : detail
  }

  private func check(_ code: CURLcode) throws(Refusal) {
    guard code == CURLE_OK else {
      throw Refusal(
        HTTPReason.libraryFailed, "libcurl", seen: String(cString: curl_easy_strerror(code)),
        expected: "to set an option")
    }
  }
}

/// A body on its way to a sink. libcurl's writer gets it as its context.
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
