// SPDX-License-Identifier: Apache-2.0
import Bundles
import HTTP
import Intents
import SystemPackage
import Terminal
import Trust

/// One update of one repository: the library's workflow between a folder and a server.
struct Session {
  private let http: HTTPClient
  private let console: Console
  private var updater: Updater<MetadataServer, MetadataFolder>

  /// - Parameter now: the moment that the whole update goes by.
  init(
    _ folder: String, _ address: String, at now: Instant, _ console: Console
  ) throws(Refusal) {
    self.console = console
    http = try HTTPClient()
    console.note("it is \(now)")
    updater = try Updater(
      MetadataServer(address, http, console), MetadataFolder(folder, console), at: now)
  }

  /// Puts a first root that vouches for itself into `folder`; whatever else lies there stays.
  static func begin(
    with file: String, in folder: String, _ console: Console
  ) throws(Refusal) {
    let bytes = try FileQuery.contents(of: FilePath(file), cap: TrustLimits.rootLength)
    let root = try RepositoryRoot(selfSigned: bytes, named: file)
    try DurableFile.makeFolder(FilePath(folder))
    try MetadataFolder(folder, console).keep(bytes, as: "root.json")
    console.note("root \(root.version) is trusted")
  }

  mutating func refresh() throws(Refusal) {
    try updater.refresh()
    console.note("metadata is up to date")
  }

  /// Fetches every target that can be had; false when one of them could not.
  func download(_ names: [String], into folder: TargetFolder) -> Bool {
    var isWhole = true
    for name in names {
      do throws(Refusal) {
        guard let path = TargetPath(name) else {
          throw Refusal(TrustReason.noSuchTarget, "target", seen: "no name", expected: "a path")
        }
        let target = try updater.find(path)
        try folder.fetch(target, isConsistent: updater.trusted.root.isConsistent, http)
      } catch {
        console.report(error)
        isWhole = false
      }
    }
    return isWhole
  }
}

/// The metadata of a repository behind an address.
struct MetadataServer: MetadataSource {
  private let base: String
  private let http: HTTPClient
  private let console: Console

  init(_ address: String, _ http: HTTPClient, _ console: Console) {
    base = address.withoutFinalSlash
    self.http = http
    self.console = console
  }

  func metadata(_ name: String, atMost cap: Int64) throws(Refusal) -> [UInt8]? {
    let address = "\(base)/\(name)"
    let bytes = try http.contents(of: address, atMost: cap)
    console.note("GET \(address): \(bytes.map { "\($0.count) bytes" } ?? "not there")")
    return bytes
  }
}

/// The metadata that is trusted, as files of one folder.
struct MetadataFolder: MetadataStore {
  private let folder: FilePath
  private let console: Console

  init(_ folder: String, _ console: Console) {
    self.folder = FilePath(folder)
    self.console = console
  }

  func read(_ name: String, atMost cap: Int64) throws(Refusal) -> [UInt8]? {
    let path = folder.appending(name)
    guard let status = FileQuery.status(path), status.kind == .regular, status.length <= cap else {
      return nil
    }
    return try FileQuery.contents(of: path, cap: cap)
  }

  func keep(_ bytes: [UInt8], as name: String) throws(Refusal) {
    try DurableFile.write(bytes, to: folder.appending(name))
    console.note("kept \(name)")
  }

  func remove(_ name: String) throws(Refusal) {
    try DurableFile.unlinkIfPresent(folder.appending(name))
    console.note("removed \(name), its keys were replaced")
  }
}

extension String {
  /// An address that a path can be put behind with one slash.
  var withoutFinalSlash: String { hasSuffix("/") ? String(dropLast()) : self }
}
