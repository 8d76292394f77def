// SPDX-License-Identifier: Apache-2.0
import Foundation
import Intents
import Intune
import SystemPackage
import TestKit
import Trust

/// A key and a certificate that openssl made for this run.
struct TestCertificate {
  let folder: Scratch
  var key: FilePath { folder["key.pem"] }
  var certificate: FilePath { folder["certificate.pem"] }

  struct Failure: Error { let what: String }

  /// One for all tests: making a key takes a while.
  static let shared = Result { try TestCertificate() }

  init(_ options: [String] = ["-newkey", "rsa:2048", "-nodes"]) throws {
    folder = try Scratch()
    let run = try BuiltProgram(tool: "openssl").run(
      ["req", "-x509", "-days", "2", "-subj", "/CN=waybill test"] + options + [
        "-keyout", key.string, "-out", certificate.string,
      ])
    guard run.exit == 0 else { throw Failure(what: run.errors) }
  }

  func read() throws -> ClientCertificate {
    var pem = try Files.bytes(key)
    return try ClientCertificate(
      wipingKey: &pem, certificate: try Files.bytes(certificate), named: "key.pem")
  }
}

/// Ids of the simulated tenant.
enum Simulated {
  static let tenant = id(0x7E1A_0000, 1)
  static let client = id(0xC11E_0000, 2)
  static let now = Instant(clamping: 1_793_520_000)

  static func group(_ number: Int) -> GraphID { id(0x6, number) }
  static func app(_ number: Int) -> GraphID { id(0xA, number) }
  static func policy(_ number: Int) -> GraphID { id(0xC, number) }
  static func device(_ number: Int) -> GraphID { id(0xDD, number) }
  static func directoryDevice(_ number: Int) -> GraphID { id(0xDE, number) }

  static var intent: Name {
    guard let name = Name("reader") else { preconditionFailure("reader") }
    return name
  }

  static func tag(_ text: String) -> Tag {
    guard let tag = Tag(text) else { preconditionFailure(text) }
    return tag
  }

  static func id(_ kind: Int, _ number: Int) -> GraphID {
    let text = padded(kind, 8) + "-0000-4000-8000-" + padded(number, 12)
    guard let id = GraphID(text) else { preconditionFailure(text) }
    return id
  }

  private static func padded(_ number: Int, _ width: Int) -> String {
    let text = String(number, radix: 16)
    return String(repeating: "0", count: width - text.count) + text
  }

  static func credential() throws -> ClientCredential {
    ClientCredential(
      tenant: tenant, client: client, certificate: try TestCertificate.shared.get().read())
  }
}
