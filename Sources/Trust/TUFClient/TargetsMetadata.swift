// SPDX-License-Identifier: Apache-2.0
import Intents

/// `targets` of a repository, or a role delegated to. TUF 1.0.31, 4.5.
package struct TargetsMetadata: Sendable {
  let header: SignedHeader
  private let targets: [TargetPath: TargetFile]
  private let delegated: Delegations?

  init(_ file: MetadataFile, of role: RoleName) throws(Refusal) {
    try file.require(type: "targets", of: role.description)
    header = try SignedHeader(file.signed)
    var targets: [TargetPath: TargetFile] = [:]
    for member in try file.signed["targets"].members() {
      guard let path = TargetPath(member.key) else { throw member.field.wrong("a target's path") }
      targets[path] = try TargetFile(path, member.field)
    }
    self.targets = targets
    if let field = try file.signed.optional("delegations") {
      delegated = try Delegations(field)
    } else {
      delegated = nil
    }
  }

  func target(_ path: TargetPath) -> TargetFile? { targets[path] }

  /// Whom this role asks about `path`, in order.
  func delegations(of path: TargetPath) -> [Delegation] { delegated?.delegations(of: path) ?? [] }
}
