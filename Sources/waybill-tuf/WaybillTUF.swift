// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Glibc
import Intents
import Terminal
import Trust

@main
struct WaybillTUF: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "waybill-tuf",
    abstract: "Read a TUF repository: any one, not only Waybill's.",
    discussion: """
      `--metadata-dir DIR init ROOT_FILE` begins to trust a repository.
      `--metadata-dir DIR --metadata-url URL refresh` brings its metadata up to date.
      `--metadata-dir DIR --metadata-url URL --target-name PATH --target-base-url URL --target-dir DIR download` \
      does the same and then fetches targets; --target-name may be given several times.
      It follows the TUF specification 1.0.31 in what it asks for, checks and keeps. Metadata lies in the folder \
      as it came, under names without versions. It ends with 0 when all went well and with 1 when not, and \
      says on standard error what it does.
      """,
    version: "0.1.0")

  enum Action: String, ExpressibleByArgument, CaseIterable {
    case initialise = "init"
    case refresh, download
  }

  @Option(
    parsing: .unconditional, help: Self.help("Folder of the metadata that is trusted.", "dir"))
  var metadataDir: String
  @Option(parsing: .unconditional, help: Self.help("Where the metadata lies on the server.", "url"))
  var metadataUrl: String?
  @Option(
    name: .customLong("target-name"), parsing: .unconditionalSingleValue,
    help: Self.help("Path of a target to fetch.", "path"))
  var targetNames: [String] = []
  @Option(parsing: .unconditional, help: Self.help("Where targets lie on the server.", "url"))
  var targetBaseUrl: String?
  @Option(
    parsing: .unconditional,
    help: Self.help("Folder that targets are put into, each under its path percent-encoded.", "dir")
  )
  var targetDir: String?
  @Argument(help: "init, refresh or download.") var action: Action
  @Argument(help: Self.help("init: the first root, which came by a second channel.", "root-file"))
  var rootFile: String?

  private static func help(_ text: String, _ value: String) -> ArgumentHelp {
    ArgumentHelp("\(text)", valueName: value)
  }

  func validate() throws {
    func need(_ value: (some Any)?, _ name: String) throws {
      if value == nil { throw ValidationError("\(action.rawValue) needs \(name)") }
    }
    switch action {
    case .initialise: try need(rootFile, "ROOT_FILE")
    case .refresh: try need(metadataUrl, "--metadata-url")
    case .download:
      try need(metadataUrl, "--metadata-url")
      try need(targetNames.first, "--target-name")
      try need(targetBaseUrl, "--target-base-url")
      try need(targetDir, "--target-dir")
    }
    if action != .initialise, let rootFile {
      throw ValidationError("\(action.rawValue) takes no \(rootFile)")
    }
  }

  /// Ends with 0 or 1 and nothing else, whatever was wrong: what drives this program knows no more codes.
  static func main() {
    umask(0o077)
    let console = Console(json: false)
    do {
      let command = try parse()
      if !command.perform(console) { Glibc.exit(1) }
    } catch {
      guard exitCode(for: error).isSuccess else {
        console.note(fullMessage(for: error).split(separator: "\n"))
        Glibc.exit(1)
      }
      print(fullMessage(for: error))
    }
  }

  /// Whether all went well; says on standard error what did not.
  private func perform(_ console: Console) -> Bool {
    do throws(Refusal) {
      switch action {
      case .initialise:
        try Session.begin(with: rootFile ?? "", in: metadataDir, console)
        return true
      case .refresh:
        var session = try Session(metadataDir, metadataUrl ?? "", at: SystemClock.now(), console)
        try session.refresh()
        return true
      case .download:
        var session = try Session(metadataDir, metadataUrl ?? "", at: SystemClock.now(), console)
        try session.refresh()
        let folder = TargetFolder(targetDir ?? "", from: targetBaseUrl ?? "", console)
        return session.download(targetNames, into: folder)
      }
    } catch {
      console.report(error)
      return false
    }
  }
}

extension Console {
  func note(_ lines: [Substring]) {
    for line in lines { note(String(line)) }
  }

  /// No code: this program explains none.
  func report(_ refusal: Refusal) {
    note("refused: \(refusal)")
    note("next: \(refusal.hint)")
  }
}
