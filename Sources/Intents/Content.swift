// SPDX-License-Identifier: Apache-2.0

/// One released version of a product: what its signed content manifest says, without the list of files
/// (which is streamed, see `ContentFile`). FORMAT.md, 8.
package struct ContentManifest: Hashable, Sendable {
  /// Fresh for every manifest, so that equal trees have unlike hashes.
  package let salt: RandomID
  /// The product, for as long as it lives.
  package let line: RandomID
  /// What people call it.
  package let name: String
  /// What people call this version.
  package let version: String
  /// Rises with every release of the line; what rollback is judged by.
  package let counter: Int64
  /// Where the publisher allows it to go; empty means nowhere.
  package let publisherScope: Set<Tag>
  package let programs: [Program]
  /// How many files the list has, and their plain bytes together.
  package let fileCount: Int64
  package let totalLength: Int64

  package init(
    salt: RandomID, line: RandomID, name: String, version: String, counter: Int64,
    publisherScope: Set<Tag>, programs: [Program], fileCount: Int64, totalLength: Int64
  ) {
    self.salt = salt
    self.line = line
    self.name = name
    self.version = version
    self.counter = counter
    self.publisherScope = publisherScope
    self.programs = programs
    self.fileCount = fileCount
    self.totalLength = totalLength
  }

  package func program(named name: Name) -> Program? { programs.first { $0.name == name } }
}

/// One file of a content version.
package struct ContentFile: Hashable, Sendable {
  /// Relative, `/` between parts, every part a name that Windows can hold.
  package let path: String
  /// Bytes.
  package let length: Int64
  package let digest: Digest
  package let modified: Instant

  package init(path: String, length: Int64, digest: Digest, modified: Instant) {
    self.path = path
    self.length = length
    self.digest = digest
    self.modified = modified
  }
}

/// A command that release signers vouch for. An intent may only choose one by name.
package struct Program: Hashable, Sendable {
  package enum Account: String, Sendable, CaseIterable { case system, user }

  package let name: Name
  /// As Windows gets it, relative to the content's folder.
  package let commandLine: String
  package let account: Account
  package let exitCodes: ExitCodes
  package let detection: [Detection]
  /// Wants approval by two people before it runs.
  package let isCritical: Bool
  /// Runs with rights beyond those of an ordinary installer.
  package let isPrivileged: Bool
  /// Minutes it may take.
  package let maximumRuntime: Int64

  package init(
    name: Name, commandLine: String, account: Account, exitCodes: ExitCodes, detection: [Detection],
    isCritical: Bool, isPrivileged: Bool, maximumRuntime: Int64
  ) {
    self.name = name
    self.commandLine = commandLine
    self.account = account
    self.exitCodes = exitCodes
    self.detection = detection
    self.isCritical = isCritical
    self.isPrivileged = isPrivileged
    self.maximumRuntime = maximumRuntime
  }
}

/// What an installer's exit codes mean. A code in no list is a failure.
package struct ExitCodes: Hashable, Sendable {
  package enum Meaning: String, Sendable, CaseIterable {
    case success
    case softReboot = "soft-reboot"
    case hardReboot = "hard-reboot"
    case retry
    case failure
  }

  private let meanings: [Int64: Meaning]

  package init(_ meanings: [Int64: Meaning]) { self.meanings = meanings }

  package func meaning(of code: Int64) -> Meaning { meanings[code] ?? .failure }

  /// The codes listed with `meaning`, ascending.
  package func codes(meaning: Meaning) -> [Int64] {
    meanings.filter { $0.value == meaning }.keys.sorted()
  }

  /// The defaults of a ConfigMgr application: 0 and 1707 success, 3010 soft and 1641 hard reboot, 1618 retry.
  package static let applicationDefaults = ExitCodes([
    0: .success, 1707: .success, 3010: .softReboot, 1641: .hardReboot, 1618: .retry,
  ])
}

/// How a device tells that the software is there. All rules of a program must hold.
package enum Detection: Hashable, Sendable {
  /// A file at a Windows path, of at least this version when one is given.
  case file(path: String, version: String?)
  /// A registry value under HKLM; equal to `equals` when given.
  case registry(key: String, value: String, equals: String?)
  /// An MSI product code, `{8-4-4-4-12}`.
  case product(code: String)
}
