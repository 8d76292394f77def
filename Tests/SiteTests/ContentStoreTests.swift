// SPDX-License-Identifier: Apache-2.0
import Intents
import SystemPackage
import Testing

import Bundles
import Site
import Trust

struct ContentStoreTests {
  let folder: SiteFolder
  let store: ContentStore

  init() throws {
    folder = try SiteFolder()
    store = ContentStore(folder["store"])
  }

  private func receive(
    _ writer: StoreWriter, _ bytes: [UInt8], of digest: Digest, at offset: Int64, total: Int64
  ) throws -> Bool {
    try bytes.withUnsafeBytes { try writer.receive($0, of: digest, at: offset, total: total) }
  }

  @Test func `a file comes together from its parts, and only then has a name`() throws {
    let bytes = (0..<1000).map { UInt8($0 % 251) }
    let digest = Digest.sha256(bytes)
    let writer = try StoreWriter(store)
    #expect(try !receive(writer, Array(bytes[..<600]), of: digest, at: 0, total: 1000))
    #expect(!store.holds(digest, length: nil))
    #expect(try receive(writer, Array(bytes[600...]), of: digest, at: 600, total: 1000))
    try writer.finish()
    #expect(store.holds(digest, length: 1000))
    #expect(try store.verify(digest))
    #expect(try FileQuery.contents(of: store.path(of: digest), cap: 2000) == bytes)
  }

  @Test func `bytes with another hash get no name`() throws {
    let digest = Digest.sha256([1, 2, 3])
    let writer = try StoreWriter(store)
    #expect(code { _ = try receive(writer, [1, 2, 4], of: digest, at: 0, total: 3) } == "WB1085")
    try writer.finish()
    #expect(!store.holds(digest, length: nil))
    #expect(try FileQuery.names(in: store.incoming) == [])
  }

  @Test func `parts may come in any order, and one that does not fit is refused`() throws {
    let writer = try StoreWriter(store)
    let digest = Digest.sha256([1, 2, 3])
    let tooMuch: [UInt8] = [1, 2, 3, 4]
    #expect(code { _ = try receive(writer, tooMuch, of: digest, at: 0, total: 3) } == "WB1085")
    #expect(code { _ = try receive(writer, [2, 3], of: digest, at: 2, total: 3) } == "WB1085")
    #expect(try !receive(writer, [2, 3], of: digest, at: 1, total: 3))
    #expect(try receive(writer, [1], of: digest, at: 0, total: 3))
    try writer.finish()
    #expect(try store.verify(digest))
  }

  @Test func `S25: an altered file is found before use and taken away`() throws {
    let digest = Digest.sha256([1, 2, 3])
    let writer = try StoreWriter(store)
    _ = try receive(writer, [1, 2, 3], of: digest, at: 0, total: 3)
    try writer.finish()
    try DurableFile.write([1, 2, 4], to: store.path(of: digest))
    #expect(try !store.verify(digest))
    #expect(!store.holds(digest, length: nil))
  }

  @Test func `F13: what an aborted run left is removed`() throws {
    let first = try StoreWriter(store)
    _ = try receive(first, [1], of: .sha256([1, 2]), at: 0, total: 2)
    #expect(try FileQuery.names(in: store.incoming).count == 1)
    _ = try StoreWriter(store)
    #expect(try FileQuery.names(in: store.incoming) == [])
  }

  @Test func `files may come interleaved, and what is not whole at the end has no name`() throws {
    let writer = try StoreWriter(store)
    let (first, second): ([UInt8], [UInt8]) = ([1, 2, 3], [4, 5, 6])
    _ = try receive(writer, [1], of: .sha256(first), at: 0, total: 3)
    _ = try receive(writer, [4, 5], of: .sha256(second), at: 0, total: 3)
    #expect(try receive(writer, [2, 3], of: .sha256(first), at: 1, total: 3))
    try writer.finish()
    #expect(try store.verify(.sha256(first)))
    #expect(!store.holds(.sha256(second), length: nil))
    #expect(try FileQuery.names(in: store.incoming) == [])
    // From its beginning again, it comes whole.
    let next = try StoreWriter(store)
    #expect(try receive(next, second, of: .sha256(second), at: 0, total: 3))
    try next.finish()
    #expect(try store.verify(.sha256(second)))
  }

  @Test func `a file that is there already is replaced by the same bytes`() throws {
    let digest = Digest.sha256([1, 2, 3])
    for _ in 0..<2 {
      let writer = try StoreWriter(store)
      #expect(try receive(writer, [1, 2, 3], of: digest, at: 0, total: 3))
      try writer.finish()
    }
    #expect(try store.usage().files == 1)
  }

  @Test func `the store counts what it holds`() throws {
    let writer = try StoreWriter(store)
    for byte in UInt8(0)..<20 {
      _ = try receive(writer, [byte], of: .sha256([byte]), at: 0, total: 1)
    }
    try writer.finish()
    let usage = try store.usage()
    #expect(usage.files == 20)
    #expect(usage.bytes == 20)
  }
}
