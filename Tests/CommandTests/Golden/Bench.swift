// SPDX-License-Identifier: Apache-2.0
import Bundles
import Centre
import Foundation
import Intents
import Site
import SystemPackage
import TestKit
import Trust

/// A site, a centre or a courier with the keys of `keys/`, to whom golden bundles are shown through the built
/// program.
struct Bench {
  private let scratch: Scratch
  private let program: String
  private let arguments: [String]

  /// Sets up whoever meets the bundle.
  init(for expect: Expectation) throws {
    scratch = try Scratch()
    let words = expect.run.split(separator: " ").map(String.init)
    program = words[0]
    var arguments = Array(words.dropFirst()).map {
      $0.hasPrefix("keys/") ? Committed.root.pushing(FilePath($0)).string : $0
    }
    switch expect.run {
    case Expectation.imports:
      try Bench.setUpSite(Golden.site(expect.site), in: scratch)
      arguments += ["--state", scratch["state"].string]
    case Expectation.ingests:
      try Bench.setUpCentre(in: scratch)
      arguments += ["--state", scratch["state"].string]
    default: break
    }
    self.arguments = arguments
  }

  /// Shows a medium with the bundle of the vector `name`.
  func meet(_ name: String, as expect: Expectation, at moment: String) throws -> BuiltProgram.Run {
    let medium = "medium-\(name)"
    try scratch.folder(medium)
    for (file, bytes) in try files(name, as: expect) {
      try scratch.write("\(medium)/\(expect.folder)/\(file)", bytes)
    }
    let clock = moment.replacing("T", with: " ").replacing("Z", with: "")
    return try BuiltProgram(program, wrapper: ["faketime", clock], environment: ["TZ": "UTC"])
      .run(arguments + ["--json", scratch[medium].string])
  }

  /// The files on the medium.
  private func files(_ name: String, as expect: Expectation) throws -> [String: [UInt8]] {
    var files: [String: [UInt8]] = [:]
    for folder in [expect.bundle, name].compactMap({ $0 }).map(Committed.bundles.appending)
    where FileQuery.isFolder(folder) {
      files.merge(try Files.tree(folder)) { _, own in own }
    }
    for name in expect.without { files[name] = nil }
    return files
  }

  /// The names of the files that the distribution point has.
  func delivered() throws -> [String] {
    let library = scratch["library"]
    guard FileQuery.isFolder(library) else { return [] }
    return try Files.names(in: library).filter { !$0.hasPrefix("waybill/") }
  }

  /// SHA-256 of the files that the volumes of an out bundle carry, as its index says.
  func carried(_ name: String, as expect: Expectation) throws -> Set<String> {
    let archive = try files(name, as: expect)["orders.tar"] ?? []
    let text = String(decoding: archive, as: UTF8.self)
    return Set(text.matches(of: /"file":"([0-9a-f]{64})"/).map { String($0.1) })
  }

  static func setUpSite(_ site: SiteID, in scratch: Scratch) throws {
    let root = try Files.bytes(Committed.bundles.appending("root.json"))
    let setup = Setup(
      site: site, rootFile: Committed.bundles.appending("root.json"), fingerprint: .sha256(root),
      library: scratch["library"], siteCode: "WB1")
    _ = try setup.createRehearsal(
      in: StateFolder(scratch["state"]), epoch: Golden.epoch,
      key: try GoldenKey.site.secret(), identity: try StockAge.identity(),
      clock: Golden.moment(Golden.issued))
  }

  private static func setUpCentre(in scratch: Scratch) throws {
    let now = Golden.moment(Golden.issued)
    let centre = try CentreSetup.rehearse(
      in: scratch["state"], contact: nil, passphrase: nil, at: now)
    let key = try GoldenKey.site.secret().publicKey
    try centre.ledger.add(
      SiteRecord(
        id: Golden.site(), epoch: Golden.epoch, key: key.json, keyID: key.id.hex,
        recipient: try StockAge.identity().recipient,
        rootFingerprint: .sha256(try Golden.root()), points: "", agent: "",
        enrolment: try Golden.enrolment().payloadDigest, enrolledAt: now),
      enrolment: try Golden.enrolment().encoded, at: now)
  }
}
