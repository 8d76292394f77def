// SPDX-License-Identifier: Apache-2.0
import Bundles
import GRDB
package import Intents
package import SystemPackage
package import Trust

/// Makes a centre: its keys, the first version of every shared role, ledger and depot.
package enum CentreSetup {
  /// Whom START-HERE.html tells people to call when nobody said better.
  package static let defaultContact = "the centre that sent this medium"

  /// A rehearsal: one of each key, kept together, marked so in the root; never production.
  ///
  /// - Parameter contact: whom START-HERE.html tells people to call.
  /// - Throws: `CentreReason.alreadyThere` when `folder` holds a centre or anything else.
  package static func rehearse(
    in folder: FilePath, contact: String?, passphrase: Passphrase?, at now: Instant
  ) throws(Refusal) -> CentreProfile {
    try checkFree(folder)
    try DurableFile.makeFolder(folder)
    let lock = try FolderLock(folder, at: now)
    let (keys, courier, opening) = try KeyRing.generate(
      in: folder.appending("keys"), passphrase: passphrase)
    let roles = try firstRoles(keys, at: now)
    for name in ["depot", "numbers", "work"] { try DurableFile.makeFolder(folder.appending(name)) }
    let ledger = try Ledger(at: folder.appending("ledger.sqlite"), creating: true)
    try ledger.write { database in
      for (role, file) in roles { try Repository.store(file, role, version: 1, in: database) }
      let facts = [
        ("rehearsal", "true"), ("contact", contact ?? defaultContact),
        ("courier", courier.publicKey.text), ("recipient", opening.recipient.description),
        ("created", now.description),
      ]
      for (key, value) in facts {
        try database.execute(
          sql: "INSERT INTO configuration(key, value) VALUES (?, ?)", arguments: [key, value])
      }
      try LedgerAudit.append("centre.created", ["rehearsal": "true"], at: now, in: database)
    }
    return CentreProfile(folder: folder, lock: lock, ledger: ledger, isRehearsal: true)
  }

  /// Takes a folder that is empty, missing, or left over from a set-up that did not end.
  private static func checkFree(_ folder: FilePath) throws(Refusal) {
    guard FileQuery.status(folder) != nil else { return }
    let ledger = folder.appending("ledger.sqlite")
    let ours: Set<String> = [
      "lock", "keys", "depot", "numbers", "work", "ledger.sqlite", "ledger.sqlite-wal",
      "ledger.sqlite-shm",
    ]
    let strangers = Set(try FileQuery.names(in: folder)).subtracting(ours)
    var isFinished = false
    if FileQuery.status(ledger) != nil {
      isFinished = try Ledger(at: ledger, creating: true).configuration("created") != nil
    }
    guard strangers.isEmpty, !isFinished else {
      throw Refusal(
        CentreReason.alreadyThere, folder.text,
        seen: isFinished ? "a centre" : strangers.sorted().prefix(3).joined(separator: ", "),
        expected: "an empty folder, or none")
    }
  }

  private static func firstRoles(
    _ keys: [KeyRing.Purpose: SecretKey], at now: Instant
  ) throws(Refusal) -> [(MetadataRole, MetadataFile)] {
    func keysOf(_ purposes: KeyRing.Purpose...) -> RoleKeys {
      RoleKeys(threshold: 1, keys: purposes.compactMap { keys[$0]?.publicKey })
    }
    func signed(_ json: JSONValue, _ purpose: KeyRing.Purpose) throws(Refusal) -> MetadataFile {
      try MetadataFile.signed(
        json, by: [keys[purpose]].compactMap { $0 }, named: "\(purpose.rawValue).json")
    }
    let exporter = keysOf(.exporter, .spare)
    let offline = Repository.header(version: 1, days: CentreLimits.offlineDays, at: now)
    let root = RootRole(
      header: Repository.header(version: 1, days: CentreLimits.rootDays, at: now),
      isRehearsal: true, root: keysOf(.root), timestamp: exporter, snapshot: exporter,
      targets: keysOf(.targets))
    let targets = TargetsRole(
      header: offline, content: keysOf(.content), policy: keysOf(.policy), site: exporter)
    return [
      (.root, try signed(root.json, .root)), (.targets, try signed(targets.json, .targets)),
      (
        .content,
        try signed(ContentRole(header: offline, releases: [], floors: [:]).json, .content)
      ), (.policy, try signed(PolicyRole(header: offline, policies: [:]).json, .policy)),
    ]
  }
}
