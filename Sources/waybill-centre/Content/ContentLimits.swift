// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Centre
import Intents
import Terminal
import Trust

struct ContentFloor: WaybillCommand {
  static let configuration = CommandConfiguration(
    commandName: "floor", abstract: "Set the lowest counter of a product that may be deployed.",
    discussion: """
      For a version that must not come back, such as one with a known hole: sites refuse everything below, with a rollback
      intent too. What is installed below it stays until it is updated. A floor never falls. As with a release, the release
      signers sign it.
      """)

  @OptionGroup var common: CommonOptions
  @OptionGroup var centre: CentreOptions
  @OptionGroup var passphrase: PassphraseOptions
  @OptionGroup var requests: RequestOptions
  @Argument(help: "The product's name, as `content list` shows it.") var name: String
  @Option(help: ArgumentHelp("The lowest counter allowed from then on.", valueName: "n"))
  var counter: Int64

  func perform(_ console: Console) throws -> Outcome {
    let profile = try centre.open(console)
    let standing = try ContentRelease.raiseFloor(
      of: name, to: counter, in: profile, keys: passphrase.ring(of: profile),
      at: SystemClock.now())
    return try requests.outcome(
      of: standing, in: profile, done: ["Floor of \(name): counter \(counter)."],
      facts: [("name", .string(name)), ("floor", .integer(counter))])
  }
}

struct ContentDelist: WaybillCommand {
  static let configuration = CommandConfiguration(
    commandName: "delist", abstract: "Take released content back.",
    discussion: """
      Sites do not deploy it anew. Where it is installed it stays, and their reports call it delisted; withdraw the intent
      to have it removed. As with a release, the release signers sign it.
      """)

  @OptionGroup var common: CommonOptions
  @OptionGroup var centre: CentreOptions
  @OptionGroup var passphrase: PassphraseOptions
  @OptionGroup var requests: RequestOptions
  @Argument(help: "The content's id, as `content list` shows it.") var id: String

  func perform(_ console: Console) throws -> Outcome {
    let profile = try centre.open(console)
    let content = try profile.ledger.contents().called(id)
    let standing = try ContentRelease.delist(
      content, in: profile, keys: passphrase.ring(of: profile), at: SystemClock.now())
    return try requests.outcome(
      of: standing, in: profile, done: ["Delisted \(content.name) \(content.version)."],
      facts: [("content", .string(content.id.text))])
  }
}

extension [ContentRecord] {
  /// The content with this id.
  func called(_ id: String) throws(Refusal) -> ContentRecord {
    if let content = first(where: { $0.id.text == id }) { return content }
    throw Refusal(
      CentreReason.unknownContent, id, seen: id,
      expected: isEmpty
        ? "content in the depot; there is none yet"
        : "one of " + map(\.id.text).joined(separator: ", "))
  }
}
