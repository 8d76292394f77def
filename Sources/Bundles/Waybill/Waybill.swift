// SPDX-License-Identifier: Apache-2.0
package import Intents
import Trust

/// What lies on the medium, block by block (FORMAT.md, 6). Its own digest is what the metadata or the
/// report vouches for.
package struct Waybill: Hashable, Sendable {
  /// Which bundle this is the waybill of.
  package enum Kind: Hashable, Sendable {
    case out(n: Int64)
    case back(epoch: RandomID, seq: Int64)
  }

  /// Orders or a volume as it lies on the medium.
  package struct File: Hashable, Sendable {
    package let name: String
    /// Bytes, at least 1.
    package let length: Int64
    package let sha256: Digest
    /// SHA-256 of each block in order.
    package let blocks: [Digest]

    package init(name: String, length: Int64, sha256: Digest, blocks: [Digest]) {
      self.name = name
      self.length = length
      self.sha256 = sha256
      self.blocks = blocks
    }
  }

  package let siteID: SiteID
  package let kind: Kind
  /// Bytes, a power of two.
  package let blockSize: Int64
  /// Orders first, then the volumes in order.
  package let files: [File]

  /// - Parameter files: orders, then the volumes, as the writers of this module return them.
  package init(siteID: SiteID, kind: Kind, blockSize: Int64, files: [File]) {
    self.siteID = siteID
    self.kind = kind
    self.blockSize = blockSize
    self.files = files
  }

  /// The orders; there always are some.
  package var orders: File { files[0] }
  package var volumes: ArraySlice<File> { files.dropFirst() }
  /// Bytes of all files together.
  package var totalLength: Int64 { files.reduce(0) { $0 + $1.length } }

  /// The folder that this bundle is written as.
  package var bundleName: BundleName {
    switch kind {
    case .out(let n): .out(siteID, n: n)
    case .back(let epoch, let seq):
      .back(siteID, epochPrefix: String(epoch.text.prefix(8)), seq: seq)
    }
  }

  /// Whether orders and volumes are age files (FORMAT.md, 6); all of them are, or none.
  package var isSealed: Bool { orders.name.hasSuffix(BundleFiles.sealedSuffix) }

  /// `orders.tar` for 0, else the name of that volume; with `.age` behind it when sealed.
  package static func fileName(at index: Int, isSealed: Bool) -> String {
    let name =
      index == 0 ? BundleFiles.orders : "volume-\(PlainNumber.padded(Int64(index), 3)).tar"
    return isSealed ? name + BundleFiles.sealedSuffix : name
  }

  /// How many blocks a file of `length` has.
  package static func blockCount(length: Int64, blockSize: Int64) -> Int64 {
    length / blockSize + (length % blockSize == 0 ? 0 : 1)
  }

  /// The bytes that go into the papers, the same for the same waybill.
  package var encoded: [UInt8] {
    var members: [(String, JSONValue)] = [
      ("_type", "waybill"), ("format", 1), ("block_size", .integer(blockSize)),
      ("site_id", .string(siteID.text)), ("files", .array(files.map(\.json))),
    ]
    switch kind {
    case .out(let n): members += [("kind", "out"), ("n", .integer(n))]
    case .back(let epoch, let seq):
      members += [("kind", "back"), ("epoch", .string(epoch.text)), ("seq", .integer(seq))]
    }
    return JSONValue.object(JSONObject(members)).encoded
  }
}

extension Waybill.File {
  fileprivate var json: JSONValue {
    [
      "name": .string(name), "length": .integer(length), "sha256": .string(sha256.hex),
      "blocks": .array(blocks.map { .string($0.hex) }),
    ]
  }
}
