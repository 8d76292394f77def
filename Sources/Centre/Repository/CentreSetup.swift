// SPDX-License-Identifier: Apache-2.0
import Bundles
import GRDB
package import Intents
package import SystemPackage
package import Trust

/// Makes a centre: the exporter's and the courier's keys, ledger and depot, and the drafts of the first roles.
package enum CentreSetup {
  /// Whom START-HERE.html tells people to call when nobody said better.
  package static let defaultContact = "the centre that sent this medium"

  /// What a new centre is made of.
  package struct Plan: Sendable {
    package var isRehearsal: Bool
    /// How many of how many keys sign for each of root, targets, content and policy.
    package var quorums: [MetadataRole: Quorum]
    /// The keys that their holders made, by role. In a rehearsal the centre makes those of a role without any.
    package var holders: [MetadataRole: [PublicKeyFile]]
    /// Where the exporter's cold spare is written, to be locked away; nil leaves it in the state folder.
    package var spare: FilePath?
    /// Whom START-HERE.html tells people to call.
    package var contact: String?
    package var passphrase: Passphrase?

    package init(
      isRehearsal: Bool, quorums: [MetadataRole: Quorum], holders: [MetadataRole: [PublicKeyFile]],
      spare: FilePath?, contact: String?, passphrase: Passphrase?
    ) {
      self.isRehearsal = isRehearsal
      self.quorums = quorums
      self.holders = holders
      self.spare = spare
      self.contact = contact
      self.passphrase = passphrase
    }
  }

  /// A rehearsal: one of each key, kept together, marked so in the root; never production.
  ///
  /// - Throws: `CentreReason.alreadyThere` when `folder` holds a centre or anything else.
  package static func rehearse(
    in folder: FilePath, contact: String?, passphrase: Passphrase?, at now: Instant
  ) throws(Refusal) -> CentreProfile {
    let plan = Plan(
      isRehearsal: true, quorums: [:], holders: [:], spare: nil, contact: contact,
      passphrase: passphrase)
    return try create(plan, in: folder, at: now).profile
  }

  /// Makes the centre and drafts its first roles; they are published at once when the keys of all of them are made
  /// here, which only a rehearsal does.
  ///
  /// - Throws: `CentreReason.alreadyThere`, `.impossibleKeys`.
  package static func create(
    _ plan: Plan, in folder: FilePath, at now: Instant
  ) throws(Refusal) -> (profile: CentreProfile, standing: Ceremonies.Standing) {
    try check(plan)
    try checkFree(folder)
    try DurableFile.makeFolder(folder)
    let lock = try FolderLock(folder, at: now)
    let keysFolder = folder.appending("keys")
    let (online, courier, opening) = try KeyRing.generate(
      [.exporter, .spare], in: keysFolder, spare: plan.spare, passphrase: plan.passphrase)
    var local: [SecretKey] = []
    func offline(_ role: MetadataRole) throws(Refusal) -> RoleKeys {
      let quorum = plan.quorums[role]
      if let holders = plan.holders[role] {
        return RoleKeys(threshold: quorum?.threshold ?? 1, keys: holders.map(\.key))
      }
      var keys: [PublicKey] = []
      for number in 1...(quorum?.count ?? 1) {
        let name = number == 1 ? "\(role.rawValue).json" : "\(role.rawValue)-\(number).json"
        let key = try KeyRing.generate(
          at: keysFolder.appending(name), passphrase: plan.passphrase)
        local.append(key)
        keys.append(key.publicKey)
      }
      return RoleKeys(threshold: quorum?.threshold ?? 1, keys: keys)
    }
    let exporter = [online[.exporter], online[.spare]].compactMap { $0?.publicKey }
    let table = KeyTable(
      root: try offline(.root), targets: try offline(.targets), content: try offline(.content),
      policy: try offline(.policy), exporter: RoleKeys(threshold: 1, keys: exporter))
    var ceremony = try Ceremonies.draft(
      "set up this centre",
      RoleRevision.first(table, isRehearsal: plan.isRehearsal, at: now), following: nil, at: now)
    for key in local { ceremony = ceremony.with(try ceremony.drafts.signed(by: key)) }
    for name in ["depot", "numbers", "work"] { try DurableFile.makeFolder(folder.appending(name)) }
    let ledger = try Ledger(at: folder.appending("ledger.sqlite"), creating: true)
    try book(
      ceremony, plan, courier: courier.publicKey, recipient: opening.recipient, in: ledger, at: now)
    let profile = CentreProfile(
      folder: folder, lock: lock, ledger: ledger, isRehearsal: plan.isRehearsal)
    let standing = Ceremonies.Standing(
      ceremony: ceremony, isPublished: ceremony.isComplete, signedNow: local.map(\.id))
    return (profile, standing)
  }

  private static func book(
    _ ceremony: Ceremony, _ plan: Plan, courier: MinisignPublicKey, recipient: AgeRecipient,
    in ledger: Ledger,
    at now: Instant
  ) throws(Refusal) {
    try ledger.write { database in
      let facts = [
        ("rehearsal", plan.isRehearsal ? "true" : "false"),
        ("contact", plan.contact ?? defaultContact), ("courier", courier.text),
        ("recipient", recipient.description),
        ("created", now.description),
      ]
      for (key, value) in facts {
        try database.execute(
          sql: "INSERT INTO configuration(key, value) VALUES (?, ?)", arguments: [key, value])
      }
      try LedgerAudit.append(
        "centre.created", ["rehearsal": plan.isRehearsal ? "true" : "false"], at: now,
        in: database)
      try Ledger.label(plan.holders.values.flatMap { $0 }, in: database)
      let store = CeremonyStore(ledger: ledger)
      try store.insert(ceremony, at: now, in: database)
      if ceremony.isComplete { try store.publish(ceremony, at: now, in: database) }
    }
  }

  /// Refuses a plan before anything is made.
  private static func check(_ plan: Plan) throws(Refusal) {
    for role in MetadataRole.shared {
      let holders = plan.holders[role]
      guard plan.isRehearsal || (plan.quorums[role] != nil && holders != nil) else {
        throw Refusal(
          CentreReason.impossibleKeys, role.rawValue, seen: "no keys of holders",
          expected: "--\(role.rawValue) KofN, and --key \(role.rawValue)=FILE for each of the N")
      }
      if let holders, holders.count != plan.quorums[role]?.count ?? 1 {
        throw Refusal(
          CentreReason.impossibleKeys, role.rawValue, seen: "\(holders.count) keys",
          expected: "\(plan.quorums[role]?.count ?? 1)")
      }
    }
    try checkKeys(plan)
    if plan.isRehearsal { return }
    guard let spare = plan.spare, plan.passphrase != nil else {
      throw Refusal(
        CentreReason.impossibleKeys, "exporter's spare", seen: "no place for it",
        expected: "--spare-to FILE, on a medium that is then locked away")
    }
    guard FileQuery.status(spare) == nil else {
      throw Refusal(
        CentreReason.alreadyThere, spare.text, seen: "a file", expected: "a new file")
    }
  }

  /// Refuses the holders' keys, with throwaway ones where this centre will make its own.
  private static func checkKeys(_ plan: Plan) throws(Refusal) {
    func keys(_ role: MetadataRole) throws(Refusal) -> RoleKeys {
      let quorum = plan.quorums[role]
      var keys = plan.holders[role]?.map(\.key) ?? []
      while keys.count < quorum?.count ?? 1 { keys.append(try SecretKey.generate().publicKey) }
      return RoleKeys(threshold: quorum?.threshold ?? 1, keys: keys)
    }
    let table = KeyTable(
      root: try keys(.root), targets: try keys(.targets), content: try keys(.content),
      policy: try keys(.policy),
      exporter: RoleKeys(threshold: 1, keys: [try SecretKey.generate().publicKey]))
    try table.check(isRehearsal: plan.isRehearsal)
  }

  /// Takes a folder that is empty, missing, or left over from a set-up that did not end.
  static func checkFree(_ folder: FilePath) throws(Refusal) {
    guard FileQuery.status(folder) != nil else { return }
    let ledger = folder.appending("ledger.sqlite")
    let ours: Set<String> = [
      "lock", "keys", "depot", "numbers", "work", "restoring", "restoring.part",
      "ledger.sqlite", "ledger.sqlite.restored", "ledger.sqlite-wal", "ledger.sqlite-shm",
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
}
