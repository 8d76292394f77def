// SPDX-License-Identifier: Apache-2.0
package import Intents
package import SystemPackage
package import Trust

/// Signed approvals as a file that is carried: one DSSE envelope a line (FORMAT.md, 12).
package enum ApprovalFile {
  package static func write(_ statements: [Envelope], to path: FilePath) throws(Refusal) {
    guard FileQuery.status(path) == nil else {
      throw Refusal(DocumentReason.personFileThere, path.text, seen: "a file", expected: "none")
    }
    try DurableFile.write(
      statements.flatMap { $0.encoded + [10] }, to: path, permissions: BundleWriter.filePermissions)
  }

  package static func read(_ path: FilePath) throws(Refusal) -> [Envelope] {
    let bytes = try FileQuery.contents(of: path, cap: BundleLimits.approvalFileLength)
    var statements: [Envelope] = []
    for line in bytes.split(separator: 10) {
      statements.append(try Envelope(parsing: Array(line), named: path.text))
    }
    return statements
  }
}
