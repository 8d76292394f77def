// SPDX-License-Identifier: Apache-2.0
package import Intents
import Trust

extension Waybill {
  /// Parses and checks a waybill. Nothing of it is believed beyond being possible: who vouches for it is
  /// another question.
  ///
  /// - Throws: `waybillInvalid` (10), `valueAboveLimit` (22), `formatNewer` (16), or Trust's JSON reasons.
  package init(parsing bytes: [UInt8], named name: String) throws(Refusal) {
    let root = try JSONField(parsing: bytes, named: name)
    try root.expectType("waybill", format: 1)
    siteID = try root["site_id"].siteID()
    let kindField = try root["kind"]
    switch try kindField.string() {
    case "out":
      kind = .out(n: try root["n"].integer(in: 1...TrustLimits.jsonInteger))
    case "back":
      kind = .back(
        epoch: try root["epoch"].randomID(),
        seq: try root["seq"].integer(in: 1...TrustLimits.jsonInteger))
    default: throw kindField.wrong("out or back")
    }
    let sizeField = try root["block_size"]
    let size = try sizeField.integer(upTo: BundleLimits.blockSizes.upperBound)
    guard size >= BundleLimits.blockSizes.lowerBound, size & (size - 1) == 0 else {
      throw sizeField.invalid(
        .waybillInvalid, "a power of two from \(BundleLimits.blockSizes.lowerBound) on")
    }
    blockSize = size
    var files: [File] = []
    var total: Int64 = 0
    var isSealed = false
    for (index, field) in try root["files"].array().enumerated() {
      if index == 0 {
        isSealed = try field["name"].string() == Waybill.fileName(at: 0, isSealed: true)
      }
      let file = try File(
        field, named: Waybill.fileName(at: index, isSealed: isSealed), blockSize: size)
      let (sum, overflows) = total.addingReportingOverflow(file.length)
      guard !overflows else { throw field.invalid(.waybillInvalid, "lengths with a sum") }
      total = sum
      files.append(file)
    }
    guard !files.isEmpty else { throw try root["files"].invalid(.waybillInvalid, "orders.tar") }
    self.files = files
  }
}

extension Waybill.File {
  fileprivate init(
    _ field: JSONField, named expected: String, blockSize: Int64
  ) throws(Refusal) {
    let nameField = try field["name"]
    name = try nameField.string()
    guard name == expected else { throw nameField.invalid(.waybillInvalid, expected) }
    let lengthField = try field["length"]
    length = try lengthField.integer(upTo: BundleLimits.fileLength)
    guard length >= 1 else { throw lengthField.invalid(.waybillInvalid, "at least 1 byte") }
    sha256 = try field["sha256"].digest()
    let blocksField = try field["blocks"]
    // Not by `array()`: that would name the place of each of perhaps 200,000 elements.
    guard case .array(let elements) = blocksField.value else { throw blocksField.wrong("an array") }
    let count = Waybill.blockCount(length: length, blockSize: blockSize)
    guard elements.count == count else {
      throw Refusal(
        BundleReason.waybillInvalid, blocksField.place, seen: "\(elements.count) blocks",
        expected: "\(count) for \(length) bytes")
    }
    var blocks: [Digest] = []
    blocks.reserveCapacity(elements.count)
    for (position, element) in elements.enumerated() {
      guard case .string(let text) = element, let digest = Digest(hex: text) else {
        throw JSONField(element, at: "\(blocksField.place)[\(position)]")
          .wrong("64 lower-case hex digits")
      }
      blocks.append(digest)
    }
    self.blocks = blocks
  }
}
