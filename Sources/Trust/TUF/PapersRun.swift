// SPDX-License-Identifier: Apache-2.0
import Intents

/// One verification of papers, from the first byte to the last rule.
struct PapersRun {
  let papers: PapersMetadata
  let site: SiteID
  let time: GivenTime
  /// What is kept whatever the outcome.
  var state: TrustState
  var notes: [PapersVerification.Note] = []
  /// The line as it binds after the walk of roots.
  private var line: TrustState.Line?

  init(
    papers: PapersMetadata, site: SiteID, before state: TrustState, time: GivenTime
  ) {
    self.papers = papers
    self.site = site
    self.state = state
    self.time = time
  }

  mutating func verify() throws(Refusal) -> VerifiedPapers {
    try papers.checkSizes()
    let trees = try LineTrees(papers, for: site)
    try walkRoots()
    line = state.bindingLine

    let (timestampFile, timestamp) = try timestamp(trees)
    let (snapshotFile, snapshot) = try snapshot(trees, timestamp)
    let targetsFile = try file(.targets, snapshot, keys: state.root.targets)
    let targets = try TargetsRole(targetsFile)
    try checkVersion(.targets, targets.header, snapshot)
    try state.refuseTestOnly(targets.allKeys, in: targetsFile.name)
    let contentFile = try file(.content, snapshot, keys: targets.content)
    let content = try ContentRole(contentFile)
    try checkVersion(.content, content.header, snapshot)
    let policyFile = try file(.policy, snapshot, keys: targets.policy)
    let policy = try PolicyRole(policyFile)
    try checkVersion(.policy, policy.header, snapshot)
    let siteFile = try file(.site, snapshot, keys: targets.site, tree: trees.site)
    let siteRole = try SiteRole(siteFile)
    try checkVersion(.site, siteRole.header, snapshot)
    try checkMinRoot(siteRole.line, siteFile.name)
    try state.refuseTestOnly([siteRole.courier.key], in: siteFile.name)

    let signed = SignedDigests(
      timestamp: timestampFile.signedDigest, snapshot: snapshotFile.signedDigest,
      site: siteFile.signedDigest)
    let isRepeat = try checkEquivocation(signed, timestamp.header.version)
    let roles = VerifiedRoles(
      root: state.root, timestamp: timestamp, snapshot: snapshot, targets: targets,
      content: content, policy: policy, site: siteRole)
    return try accept(roles, signed, isRepeat: isRepeat)
  }

  private mutating func walkRoots() throws(Refusal) {
    let before = state.root.version
    let floor = state.timeFloor
    defer {
      if state.timeFloor < floor { notes.append(.timeFloorReset(from: floor, to: state.timeFloor)) }
      if state.root.version > before {
        notes.append(.rootsTaken(from: before + 1, through: state.root.version))
      }
    }
    try state.walk(papers.roots)
  }

  private func timestamp(_ trees: LineTrees) throws(Refusal) -> (MetadataFile, TimestampRole) {
    let name = LineTrees.timestampName
    let file = try MetadataFile(trees.timestamp.get(), bytes: papers.timestamp, named: name)
    try file.require(.timestamp)
    try checkSignatures(file, state.root.timestamp, before: \.timestamp)
    let role = try TimestampRole(file)
    try checkMinRoot(role.line, name)
    let n = role.header.version
    if let line {
      guard n >= line.n else {
        throw Refusal(
          TrustReason.superseded, "bundle \(n)", seen: "\(n), issued \(role.header.issued)",
          expected: "above \(line.n), issued \(line.issued)")
      }
      try checkEquivocation(name, n, file.signedDigest, line.timestamp)
      guard role.snapshot.version >= line.n else {
        throw lowered("snapshot", role.snapshot.version, line.n)
      }
    }
    guard role.snapshot.version == n else {
      throw notOneNumber("timestamp \(n), snapshot \(role.snapshot.version)")
    }
    return (file, role)
  }

  private func snapshot(
    _ trees: LineTrees, _ timestamp: TimestampRole
  ) throws(Refusal) -> (MetadataFile, SnapshotRole) {
    let found = papers.snapshot
    try checkListed(found.name, found.bytes, timestamp.snapshot)
    let file = try MetadataFile(trees.snapshot.get(), bytes: found.bytes, named: found.name)
    try file.require(.snapshot)
    try checkSignatures(file, state.root.snapshot, before: \.snapshot)
    let role = try SnapshotRole(file)
    try checkVersion(found, role.header, listed: timestamp.snapshot.version)
    for listed in MetadataRole.listedInSnapshot { try checkListing(listed, role) }
    guard let site = role.meta[.site], site.version == role.header.version else {
      throw notOneNumber(
        "snapshot \(role.header.version), site role \(role.meta[.site]?.version ?? 0)")
    }
    return (file, role)
  }

  /// That the snapshot lists `role`, and no lower than before (T13, T24).
  private func checkListing(_ role: MetadataRole, _ snapshot: SnapshotRole) throws(Refusal) {
    let floor: Int64 =
      switch role {
      case .targets: state.versions.targets
      case .content: state.versions.content
      case .policy: state.versions.policy
      default: line?.n ?? 0
      }
    guard let entry = snapshot.meta[role] else {
      throw Refusal(
        floor > 0 ? TrustReason.droppedRole : .unlistedRole, "role \(role.rawValue)", seen: "none",
        expected: floor > 0 ? "at least version \(floor)" : "an entry in the snapshot")
    }
    guard entry.version >= floor else { throw lowered(role.rawValue, entry.version, floor) }
  }

  /// The file of a role that the snapshot lists, with signatures checked.
  private func file(
    _ role: MetadataRole, _ snapshot: SnapshotRole, keys: RoleKeys,
    tree: Result<JSONField, Refusal>? = nil
  ) throws(Refusal) -> MetadataFile {
    let found = papers.listed(role)
    guard let entry = snapshot.meta[role] else {
      throw Refusal(
        TrustReason.unlistedRole, found.name, seen: "none", expected: "an entry in the snapshot")
    }
    try checkListed(found.name, found.bytes, entry)
    let parsed: JSONField =
      if let tree { try tree.get() } else { try JSONField(parsing: found.bytes, named: found.name) }
    let file = try MetadataFile(parsed, bytes: found.bytes, named: found.name)
    try file.require(role)
    try keys.tally(file).check(found.name)
    return file
  }

  private mutating func accept(
    _ roles: VerifiedRoles, _ signed: SignedDigests, isRepeat: Bool
  ) throws(Refusal) -> VerifiedPapers {
    let time = TimeCheck(roles: roles, state: state, given: time)
    let reading = time.reading
    if time.isClockBehind { notes.append(.clockBehindFloor(reading)) }
    try time.check()
    if time.isIssuedAhead { notes.append(.issuedAhead(roles.newestIssued, reading)) }
    if line == nil, let before = state.line { notes.append(.lineRestarted(after: before.n)) }
    let verified = VerifiedPapers(
      roles, fingerprint: papers.fingerprint, isRepeat: isRepeat, time: reading)
    state.line = TrustState.Line(
      n: verified.n, fingerprint: verified.fingerprint, timestamp: signed.timestamp,
      snapshot: signed.snapshot, site: signed.site, root: roles.root.version,
      issued: verified.issued)
    state.versions = verified.versions
    state.floors.merge(roles.content.floors) { max($0, $1) }
    state.timeFloor = max(state.timeFloor, roles.newestIssued)
    state.newestIssued = max(state.newestIssued, roles.newestIssued)
    return verified
  }
}

/// What a number N stands for.
private struct SignedDigests {
  let timestamp: Digest
  let snapshot: Digest
  let site: Digest
}

extension PapersRun {
  private func checkListed(
    _ name: String, _ bytes: [UInt8], _ entry: MetaEntry
  ) throws(Refusal) {
    guard Int64(bytes.count) == entry.length else {
      throw Refusal(
        TrustReason.otherLength, name, seen: "\(bytes.count) bytes",
        expected: "\(entry.length) bytes")
    }
    let digest = Digest.sha256(bytes)
    guard digest == entry.digest else {
      throw Refusal(TrustReason.otherHash, name, seen: digest.hex, expected: entry.digest.hex)
    }
  }

  /// Signatures of a role whose keys the root names. If they were enough under an older root, the papers were
  /// made before the change (T27).
  private func checkSignatures(
    _ file: MetadataFile, _ keys: RoleKeys, before path: KeyPath<RootRole, RoleKeys>
  ) throws(Refusal) {
    let tally = keys.tally(file)
    if tally.isMet { return }
    try tally.checkTypes(file.name)
    for version in state.parsedRoots.keys.sorted(by: >) {
      guard let old = state.parsedRoots[version], old[keyPath: path].tally(file).isMet else {
        continue
      }
      throw Refusal(
        TrustReason.madeBeforeKeyChange, file.name, seen: "keys of root \(version)",
        expected: "\(keys.threshold) keys of root \(version + 1) or later")
    }
    try tally.check(file.name)
  }

  private func checkVersion(
    _ role: MetadataRole, _ header: RoleHeader, _ snapshot: SnapshotRole
  ) throws(Refusal) {
    try checkVersion(
      papers.listed(role), header, listed: snapshot.meta[role]?.version ?? header.version)
  }

  private func checkVersion(
    _ found: PapersMetadata.Numbered, _ header: RoleHeader, listed: Int64
  ) throws(Refusal) {
    guard found.version == header.version, listed == header.version else {
      throw Refusal(
        TrustReason.otherVersion, found.name,
        seen: "version \(header.version) inside, \(found.version) in the name",
        expected: "version \(listed), as its parent lists")
    }
  }

  private func checkMinRoot(_ line: LineFields, _ name: String) throws(Refusal) {
    guard let wanted = line.minRoot, wanted > state.root.version else { return }
    throw Refusal(
      TrustReason.rootWithheld, name, seen: "papers require root \(wanted)",
      expected: "at most root \(state.root.version), where the papers end")
  }

  private func checkEquivocation(
    _ name: String, _ n: Int64, _ seen: Digest, _ before: Digest
  ) throws(Refusal) {
    guard n == line?.n, seen != before else { return }
    throw Refusal(
      TrustReason.equivocation, "\(name) of bundle \(n)", seen: seen.hex, expected: before.hex)
  }

  /// Whether this is the bundle that was taken last.
  private func checkEquivocation(_ signed: SignedDigests, _ n: Int64) throws(Refusal) -> Bool {
    guard let line, line.n == n else { return false }
    try checkEquivocation(papers.snapshot.name, n, signed.snapshot, line.snapshot)
    try checkEquivocation(papers.site.name, n, signed.site, line.site)
    return true
  }

  private func lowered(_ role: String, _ version: Int64, _ floor: Int64) -> Refusal {
    Refusal(
      TrustReason.loweredVersion, "role \(role)", seen: "version \(version)",
      expected: "at least version \(floor)")
  }

  private func notOneNumber(_ seen: String) -> Refusal {
    Refusal(TrustReason.notOneNumber, "papers", seen: seen, expected: "one number")
  }
}
