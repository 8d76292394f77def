// SPDX-License-Identifier: Apache-2.0
import Foundation
import Glibc
import Synchronization

/// Answers one connection after the other on a port of the loopback interface with prepared bytes, then closes.
final class LoopbackServer: Sendable {
  let port: UInt16
  private let descriptor: Int32
  private let received = Mutex<[String]>([])

  struct Failure: Error { let what: String }

  /// - Parameter answers: what each connection gets, in order; after the last, connections are refused.
  convenience init(_ answers: [String]) throws {
    try self.init(connections: answers.map { [$0] })
  }

  /// - Parameter connections: what each request of each connection gets; behind the last one it is closed.
  init(connections: [[String]]) throws {
    descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(INADDR_LOOPBACK).bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let own = descriptor
    let status = withUnsafeMutablePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(own, $0, length) == 0 && listen(own, 8) == 0 && getsockname(own, $0, &length) == 0
      }
    }
    guard status else { throw Failure(what: String(cString: strerror(errno))) }
    port = UInt16(bigEndian: address.sin_port)
    Thread.detachNewThread { [self] in
      for answers in connections { serve(answers.map { Array($0.utf8) }) }
      close(own)
    }
  }

  var url: String { "http://127.0.0.1:\(port)" }

  /// The requests so far, head and body.
  var requests: [String] { received.withLock { $0 } }

  private func serve(_ answers: [[UInt8]]) {
    let connection = accept(descriptor, nil, nil)
    guard connection >= 0 else { return }
    defer { close(connection) }
    for answer in answers { serve(answer, on: connection) }
  }

  private func serve(_ answer: [UInt8], on connection: Int32) {
    var request: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 4096)
    while !LoopbackServer.isWhole(request) {
      let count = read(connection, &buffer, buffer.count)
      guard count > 0 else { return }
      request += buffer[..<count]
    }
    received.withLock { $0.append(String(decoding: request, as: UTF8.self)) }
    var sent = 0
    while sent < answer.count {
      let count = answer.withUnsafeBytes { bytes in
        send(
          connection, bytes.baseAddress.map { $0 + sent }, answer.count - sent,
          Int32(MSG_NOSIGNAL))
      }
      guard count > 0 else { return }
      sent += count
    }
  }

  /// Whether a head and as many bytes as it announces are there.
  private static func isWhole(_ request: [UInt8]) -> Bool {
    let text = String(decoding: request, as: UTF8.self)
    let parts = text.components(separatedBy: "\r\n\r\n")
    guard parts.count > 1 else { return false }
    let length =
      parts[0].firstMatch(of: /Content-Length: (\d+)/).flatMap { Int($0.1) } ?? 0
    return parts.dropFirst().joined(separator: "\r\n\r\n").utf8.count >= length
  }
}
