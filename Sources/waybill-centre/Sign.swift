// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Bundles
import Centre
import Intents
import SystemPackage
import Terminal
import Trust

struct Sign: WaybillCommand {
  static let configuration = CommandConfiguration(
    commandName: "sign", abstract: "Sign a request with one's own key, on one's own machine.",
    discussion: """
      Needs no centre and no network. Shows in plain words what would be signed; the signer types the first 8
      digits of its digest, as the centre read them out. The request stays as it is; a signed copy is written
      beside it.
      """)

  @OptionGroup var common: CommonOptions
  @OptionGroup var passphrase: PassphraseOptions
  @Argument(help: ArgumentHelp("The request, or a copy that others signed.", valueName: "request"))
  var request: String
  @Option(help: ArgumentHelp("One's own key file.", valueName: "file")) var key: String
  @Option(help: ArgumentHelp("Write the signed copy there.", valueName: "file")) var to: String?
  @Option(
    help: ArgumentHelp(
      "The first 8 digits of the digest, for scripts. Else the terminal asks.", valueName: "digits")
  )
  var confirm: String?

  func perform(_ console: Console) throws -> Outcome {
    let bytes = try FileQuery.contents(of: FilePath(request), cap: CentreLimits.request)
    let request = try CeremonyRequest(parsing: bytes, named: self.request)
    let drafts = request.ceremony.drafts
    var keyBytes = try KeyHolding.contents(of: FilePath(key))
    let keyFile = try KeyFile(parsing: keyBytes, named: key)
    guard let id = KeyID(keyFile.keyid), drafts.names(id) else {
      throw Refusal(
        CentreReason.keyNotNeeded, key, seen: "key \(keyFile.keyid.prefix(8))",
        expected: "one of " + Sign.names(RequestText(request), drafts))
    }
    let roles = drafts.awaits(id)
    guard !roles.isEmpty else {
      return Outcome(
        lines: ["\(self.request) has this key's signature already; nothing was written."],
        facts: [("changed", false), ("digest", .string(request.ceremony.digest.hex))])
    }
    for line in RequestText(request).lines { console.note(line) }
    console.note("")
    console.note("You sign for: \(roles.map(\.rawValue).joined(separator: ", "))")
    try confirm(request)
    let secret = try SecretKey.open(
      keyFile: &keyBytes, named: key, passphrase: keyFile.isProtected ? try passphrase.read() : nil,
      unprotected: request.isRehearsal ? .allowedInRehearsal : .refused)
    let signed = try request.with(try drafts.signed(by: secret))
    let stem = self.request.hasSuffix(".json") ? String(self.request.dropLast(5)) : self.request
    let place = FilePath(to ?? "\(stem).\(id.hex.prefix(8)).signed.json")
    try DurableFile.write(
      signed.encoded, to: place, permissions: [.ownerReadWrite, .groupRead, .otherRead])
    return Outcome(
      lines: [
        "Signed \(roles.map(\.rawValue).joined(separator: ", ")): \(place.string)",
        "Bring it back to the centre: waybill-centre trust merge FILE",
      ] + RequestText(signed).signatures,
      facts: [
        ("changed", true), ("signed", .array(roles.map { .string($0.rawValue) })),
        ("file", .string(place.string)), ("digest", .string(request.ceremony.digest.hex)),
        ("needs", .array(signed.needs)),
      ])
  }

  private func confirm(_ request: CeremonyRequest) throws(Refusal) {
    let digits = String(request.ceremony.digest.hex.prefix(8))
    let question = "Type the first 8 digits of the digest, as the centre read them to you:"
    guard let confirm else {
      // Nobody confirms what was not shown.
      guard !common.json else {
        throw Refusal(
          TerminalReason.noTerminal, question, seen: "--json", expected: "a terminal, or --confirm")
      }
      return try Prompt.confirm(question, is: digits)
    }
    guard confirm.lowercased() == digits else {
      throw Refusal(TerminalReason.answerDiffers, "--confirm", seen: confirm, expected: digits)
    }
  }

  private static func names(_ text: RequestText, _ drafts: RoleDrafts) -> String {
    let keys = Set(drafts.needs.flatMap(\.keys.keys)).sorted { $0.id < $1.id }
    return keys.map { text.name($0) }.joined(separator: ", ")
  }
}
