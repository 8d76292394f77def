// SPDX-License-Identifier: Apache-2.0
import Bundles
import Intents
import TestKit
import Trust

/// Other kinds of archive under the names of ours, links, and names that lead elsewhere.
enum DisguiseVectors {
  static func all() throws -> [GoldenVector] { try papers() + orders() + volumes() + links() }

  /// The same file "a" in archives that bsdtar wrote, by kind, in base64.
  private static let texts: [String: String] = [
    "zip": """
    UEsDBBQACAAIADMWe10AAAAAAAAAAAIAAAABACAAYVVUDQAHw+8Ia8PvCGvD7whrdXgLAAEEAAAAAAQAAAAAS+QC\
    AFBLBwgHoerdBAAAAAIAAABQSwECFAMUAAgACAAzFntdB6Hq3QQAAAACAAAAAQAgAAAAAAAAAAAApIEAAAAAYVVU\
    DQAHw+8Ia8PvCGvD7whrdXgLAAEEAAAAAAQAAAAAUEsFBgAAAAABAAEATwAAAFMAAAAAAA==
    """,
    "7z": """
    N3q8ryccAANSnBkiDAAAAAAAAABaAAAAAAAAAJ5jipgAMIKc//////AAAAABBAYAAQkMAAcLAQABIwMBAQVdAACA\
    AAwCAAgKAQeh6t0AAAUBEQUAYQAAABQKAQAnpFfyGX7dARIKAQAnpFfyGX7dARMKAQB9jlryGX7dARUGAQAggKSB\
    AAA=
    """,
    "gz": """
    H4sIAMPvCGsAA0tkoD0wMDAwMzFRANFAgE6DgJGCoamxgZGhmbm5gbGCgaGhobkxg4IBHdzGUFpcklgEdEpRfn4J\
    PnWE5NE9N0RAItdAu2AUjIJRMApGwUAAAJ6Yo/UACAAA
    """,
    "cpio": """
    MDcwNzAxMDBmN2EwMzUwMDAwODFhNDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMTZiMDhlZmMzMDAwMDAwMDIwMDAw\
    MDBmZTAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAyMDAwMDAwMDBhAGEKAAAwNzA3MDEwMDAwMDAwMDAw\
    MDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAxMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAw\
    MDAwMDAwMDAwMDAwMDAwMDAwMGIwMDAwMDAwMFRSQUlMRVIhISEAAAAA
    """,
  ]

  private static var archives: [(kind: String, bytes: [UInt8])] {
    texts.sorted { $0.key < $1.key }.map { ($0.key, Base64.decode($0.value) ?? []) }
  }

  private static func papers() throws -> [GoldenVector] {
    let disguised = try archives.map { kind, bytes in
      try GoldenVector.out(
        "papers-\(kind)", "H08 papers.tar is a file of kind \(kind).", "WB1032", .papers,
        try Golden.bare { $0.bends.papers = { $0 = bytes } })
    }
    return try disguised + [
      .out(
        "papers-other-first", "H32 The first entry of papers.tar is another.", "WB1032", .papers,
        try Golden.bare { forge in
          forge.bends.papers = { $0.setHeader(0, "waybill-formal") }
        }),
      .out(
        "papers-other-text", "H32 The first entry has another text.", "WB1032", .papers,
        try Golden.bare { forge in
          forge.bends.papers = { $0 = $0.replacing("waybill 1\n", with: "waybill A\n") }
        }),
      .out(
        "papers-name-upwards", "H03 A name among the metadata leads upwards.", "WB1033", .papers,
        try Golden.bare { $0.bends.metadata = { $0.append(("../x.json", [])) } }),
    ]
  }

  private static func orders() throws -> [GoldenVector] {
    try archives.map { kind, bytes in
      try GoldenVector.out(
        "orders-\(kind)", "H08 orders.tar is a file of kind \(kind), and listed.", "WB1036",
        .orders, try Golden.bare { $0.bends.ordersArchive = { $0 = bytes } })
    }
  }

  /// As long as the volume that the index speaks of.
  private static func volumes() throws -> [GoldenVector] {
    try archives.map { kind, bytes in
      try GoldenVector.out(
        "volume-\(kind)", "H08 A volume is a file of kind \(kind), and listed.", "WB1036", .pieces,
        try Golden.full { forge in
          forge.bends.volume = { volume in volume.replaceSubrange(..<bytes.count, with: bytes) }
        })
    }
  }

  private static func links() throws -> [GoldenVector] {
    try [
      .out(
        "volume-link-first", "H02 A link first, and a frame through it after.", "WB1036", .pieces,
        try Golden.full { $0.bends.volume = { $0.setHeader(156, "2/tmp") } }),
      .out(
        "orders-name-upwards", "H03 An entry of the orders leads upwards.", "WB1036", .orders,
        try Golden.bare { forge in
          forge.bends.orders = { $0.insert(("../../etc/passwd", []), at: 0) }
        }),
      .out(
        "intent-with-policy", "A24 An intent brings a looser policy.", "WB3246", .orders,
        finds: ["only in a signed policy"],
        try Golden.bare { forge in
          forge.want(
            "tool-lab", try Golden.tool(1), collection: Golden.collection, scope: ["ring:lab"])
          forge.bend("intents.json", "\"id\":", "\"operators\":1,\"id\":")
          forge.leaveOutContent()
        }),
      .out(
        "signature-not-canonical", "T30 The same signature with another S.", "WB1101", .papers,
        finds: ["0 of 1"],
        try Golden.bare { $0.papers.damages[.timestamp] = { $0.mappingSignatures(malleated) } }),
    ]
  }

  /// Ed25519 signatures with the order of the group added to S: RFC 8032, 5.1.7 refuses them.
  private static func malleated(_ signatures: [JSONValue]) -> [JSONValue] {
    signatures.map { entry in
      guard case .string(let text)? = entry.member("sig"), let bytes = Hex.decode(text) else {
        return entry
      }
      return entry.setting("sig", to: .string(Hex.encode(malleated(bytes))))
    }
  }

  /// The same of a DSSE envelope.
  static func malleated(envelope: JSONValue) -> JSONValue {
    guard case .array(let signatures)? = envelope.member("signatures") else { return envelope }
    let bent = signatures.map { entry -> JSONValue in
      guard case .string(let text)? = entry.member("sig"), let bytes = Base64.decode(text) else {
        return entry
      }
      return entry.setting("sig", to: .string(Base64.encode(malleated(bytes))))
    }
    return envelope.setting("signatures", to: .array(bent))
  }

  private static func malleated(_ signature: [UInt8]) -> [UInt8] {
    var bytes = signature
    var carry = 0
    for (index, part) in order.enumerated() {
      let sum = Int(bytes[32 + index]) + Int(part) + carry
      bytes[32 + index] = UInt8(sum & 255)
      carry = sum >> 8
    }
    return bytes
  }

  /// 2^252 + 27742317777372353535851937790883648493, the least byte first.
  private static let order: [UInt8] =
    [
      0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde,
      0x14,
    ] + [UInt8](repeating: 0, count: 15) + [0x10]
}
