// SPDX-License-Identifier: Apache-2.0
package import SystemPackage

/// A certificate authority of one test, made with openssl: keys on P-256, good for two days.
package struct ThrowawayAuthority {
  /// A certificate of the authority, with its key; both PEM.
  package struct Identity: Sendable {
    package let certificate: FilePath
    package let key: FilePath
  }

  private let scratch: Scratch
  private let name: String
  private let own: Identity

  struct Failure: Error { let text: String }

  package init(in scratch: Scratch, named name: String = "authority") throws {
    self.scratch = scratch
    self.name = name
    own = Identity(
      certificate: scratch["\(name).pem"], key: scratch["\(name).key"])
    try Self.openssl([
      "ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", own.key.string,
    ])
    try Self.openssl([
      "req", "-x509", "-new", "-key", own.key.string, "-subj", "/CN=Test \(name)", "-days", "2",
      "-out", own.certificate.string,
    ])
  }

  /// What a client that believes this authority pins.
  package var certificate: FilePath { own.certificate }

  /// - Parameter subject: as openssl writes alternative names, such as `IP:127.0.0.1` or `DNS:sccm.example`.
  package func issue(to subject: String) throws -> Identity {
    let stem = "\(name)-" + subject.filter(\.isLetter) + subject.filter(\.isNumber)
    let identity = Identity(certificate: scratch["\(stem).pem"], key: scratch["\(stem).key"])
    let request = scratch["\(stem).csr"]
    let extensions = try scratch.write("\(stem).ext", "subjectAltName=\(subject)\n")
    try Self.openssl([
      "ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", identity.key.string,
    ])
    try Self.openssl([
      "req", "-new", "-key", identity.key.string, "-subj", "/CN=\(stem)", "-out", request.string,
    ])
    try Self.openssl([
      "x509", "-req", "-in", request.string, "-CA", own.certificate.string, "-CAkey",
      own.key.string, "-CAcreateserial", "-days", "2", "-extfile", extensions.string, "-out",
      identity.certificate.string,
    ])
    return identity
  }

  private static func openssl(_ arguments: [String]) throws {
    let run = try BuiltProgram(tool: "openssl").run(arguments)
    guard run.exit == 0 else { throw Failure(text: run.errors) }
  }
}
