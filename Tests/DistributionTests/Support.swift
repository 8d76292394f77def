// SPDX-License-Identifier: Apache-2.0
import Bundles
import Distribution
import Foundation
import Intents
import SystemPackage
import Testing
import Trust

/// A folder of one test, removed with it.
final class Scratch {
  let path: FilePath

  init() throws {
    let place = FileManager.default.temporaryDirectory.appending(path: "waybill-\(UUID())")
    try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
    path = FilePath(place.path(percentEncoded: false))
  }

  deinit { try? FileManager.default.removeItem(atPath: path.text) }

  func write(_ text: String, to place: String) throws {
    let file = path.appending(place)
    try DurableFile.makeFolder(file.removingLastComponent())
    try DurableFile.write(Array(text.utf8), to: file)
  }

  func text(_ place: String) throws -> String {
    String(decoding: try FileQuery.contents(of: path.appending(place), cap: 1 << 20), as: UTF8.self)
  }
}

/// Why a test's own closures refuse.
enum TestReason: String, RefusalReason {
  case stopped = "WB7099"
  case absent = "WB2099"

  var summary: String { "a test says so" }
  var hint: String { "nothing" }
}

/// A content version in memory.
struct Content {
  var line = "11111111111111111111111111111111"
  var version = "1.0"
  var files: [String: String]

  /// The tree of configmgr.md, 1.3.
  static let vector = Content(files: [
    "Setup.exe": "one\n", "readme.txt": "two\n", "Data/a.cfg": "three\n", "Data/Sub/b.cfg": "two\n",
    "Empty/zero.bin": "",
  ])

  var manifest: Digest {
    .sha256(Array("\(line) \(files.sorted { $0.key < $1.key })".utf8))
  }

  var list: [ContentFile] {
    get throws {
      let moment = try #require(Instant("2024-01-17T21:20:00Z"))
      return files.keys.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }.map { path in
        let bytes = Array((files[path] ?? "").utf8)
        return ContentFile(
          path: path, length: Int64(bytes.count), digest: .sha256(bytes), modified: moment)
      }
    }
  }

  /// - Parameter provide: replaces the files' own bytes.
  func request(
    from scratch: Scratch, provide: ((ContentFile) throws(Refusal) -> [UInt8])? = nil
  ) throws -> ContentRequest {
    let list = try list
    let files = files
    let source = scratch.path.appending("source")
    return ContentRequest(
      line: try #require(RandomID(line)), manifest: manifest, name: "Tool", version: version
    ) { (each) throws(Refusal) in
      for file in list { try each(file) }
    } provide: { (file) throws(Refusal) in
      let bytes = try provide?(file) ?? Array((files[file.path] ?? "").utf8)
      try DurableFile.write(bytes, to: source)
      return try FileQuery.openRegular(source)
    }
  }
}

/// A library in a scratch folder.
struct Library {
  let scratch: Scratch
  let root: FilePath
  let siteCode: SiteCode
  let id: Name

  init(siteCode: String = "WB1") throws {
    scratch = try Scratch()
    root = scratch.path.appending("library")
    self.siteCode = try #require(SiteCode(siteCode))
    id = try #require(Name("dp-1"))
    try LibraryPoint.create(at: root, id: id, siteCode: self.siteCode)
  }

  func point(observer: LibraryPoint.Observer? = nil) throws -> LibraryPoint {
    try LibraryPoint(at: root, id: id, siteCode: siteCode, observer: observer)
  }

  var key: EffectKey {
    get throws { try EffectKey(intent: #require(Name("intent-1")), revision: 1) }
  }

  @discardableResult
  func ensure(_ content: Content) throws -> ContentReceipt {
    try receipt(point().ensureContent(content.request(from: scratch), key: key))
  }

  func remove(_ content: Content) throws {
    _ = try point().remove(.content(manifest: content.manifest), key: key)
  }

  func text(_ place: String) throws -> String { try scratch.text("library/\(place)") }

  func report() throws -> LibraryReport { try LibraryVerifier(root: root).verify() }

  /// Every file by its path, with its bytes.
  func tree() throws -> [String: String] { try Library.tree(root) }

  /// Every file by its path, with inode and time of change: tells whether something was written.
  func stamps() throws -> [String: String] {
    try Library.paths(root).reduce(into: [:]) { stamps, path in
      let attributes = try FileManager.default.attributesOfItem(
        atPath: root.appending(path).text)
      let number = attributes[.systemFileNumber] as? Int ?? 0
      let moment = attributes[.modificationDate] as? Date ?? .distantPast
      stamps[path] = "\(number) \(moment.timeIntervalSince1970)"
    }
  }

  static func tree(_ root: FilePath) throws -> [String: String] {
    try paths(root).reduce(into: [:]) { tree, path in
      let bytes = try FileQuery.contents(of: root.appending(path), cap: 1 << 20)
      tree[path] = String(decoding: bytes, as: UTF8.self)
    }
  }

  /// Regular files and empty folders.
  private static func paths(_ root: FilePath) throws -> [String] {
    try FileManager.default.subpathsOfDirectory(atPath: root.text).filter {
      FileQuery.status(root.appending($0))?.kind == .regular
    }
  }
}

func receipt(_ effect: Effect<ContentReceipt>) throws -> ContentReceipt {
  guard case .done(let receipt) = effect else { throw TestFailure(text: "\(effect)") }
  return receipt
}

struct TestFailure: Error { let text: String }

/// Expects a refusal with this code.
func refuses(
  _ reason: DistributionReason, sourceLocation: SourceLocation = #_sourceLocation,
  _ body: () throws -> Void
) {
  let error = #expect(throws: Refusal.self, sourceLocation: sourceLocation) { try body() }
  #expect(
    error?.code == reason.code, "\(String(describing: error))", sourceLocation: sourceLocation)
}
