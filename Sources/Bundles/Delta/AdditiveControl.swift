// SPDX-License-Identifier: Apache-2.0
import Intents

/// The control stream of a `zstd-add` frame (FORMAT.md, 7): the count of operations, then all their copied lengths,
/// then all literal lengths, then all seeks; each a LEB128 number, seeks in zigzag form.
struct AdditiveControl {
  /// Checked: they give exactly the plain bytes of the frame, and never leave the reference.
  let operations: [Alignment.Operation]
  /// Bytes of the difference stream; the literal one has the rest.
  let copied: Int

  /// Bytes of the control stream of `operations`.
  static func encoded(_ operations: [Alignment.Operation]) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(operations.count * 6 + 10)
    append(UInt64(operations.count), to: &bytes)
    for operation in operations { append(UInt64(operation.copied), to: &bytes) }
    for operation in operations { append(UInt64(operation.literal), to: &bytes) }
    for operation in operations {
      let seek = Int64(operation.seek)
      append(UInt64(bitPattern: seek << 1 ^ seek >> 63), to: &bytes)
    }
    return bytes
  }

  /// Reads a control stream and checks all that it says before anything is done with it (H34).
  ///
  /// - Parameters:
  ///   - plain: bytes of the frame.
  ///   - reference: bytes of the reference.
  /// - Throws: `frameDamaged` (10) naming what does not fit.
  init(
    parsing bytes: UnsafeRawBufferPointer, plain: Int, reference: Int, named name: String
  ) throws(Refusal) {
    var reader = NumberReader(bytes, name)
    let count = try reader.next(upTo: UInt64(min(plain + 1, BundleLimits.additiveOperations)))
    var copied: [Int] = []
    copied.reserveCapacity(count)
    for _ in 0..<count { copied.append(try reader.next(upTo: UInt64(plain))) }
    var operations: [Alignment.Operation] = []
    operations.reserveCapacity(count)
    for index in 0..<count {
      let literal = try reader.next(upTo: UInt64(plain))
      operations.append(Alignment.Operation(copied: copied[index], literal: literal, seek: 0))
    }
    for index in 0..<count { operations[index].seek = try reader.nextSigned(within: reference) }
    try reader.expectEnd()
    self.copied = try AdditiveControl.check(operations, plain, reference, name)
    self.operations = operations
  }

  private static func check(
    _ operations: [Alignment.Operation], _ plain: Int, _ reference: Int, _ name: String
  ) throws(Refusal) -> Int {
    var (produced, copied, cursor) = (0, 0, 0)
    for operation in operations {
      // All are at most 64 MiB or within the reference: the sums are exact.
      guard operation.copied <= reference - cursor else {
        throw damaged(
          name, "\(operation.copied) bytes from \(cursor) on",
          "inside \(reference) of the reference"
        )
      }
      copied += operation.copied
      produced += operation.copied + operation.literal
      cursor += operation.copied + operation.seek
      guard produced <= plain, (0...reference).contains(cursor) else {
        throw damaged(
          name, "\(produced) bytes, cursor at \(cursor)",
          "at most \(plain), inside \(reference) of the reference")
      }
    }
    guard produced == plain else { throw damaged(name, "\(produced) bytes", "\(plain)") }
    return copied
  }

  private static func damaged(_ name: String, _ seen: String, _ expected: String) -> Refusal {
    Refusal(BundleReason.frameDamaged, "\(name), control", seen: seen, expected: expected)
  }

  private static func append(_ number: UInt64, to bytes: inout [UInt8]) {
    var rest = number
    while rest >= 0x80 {
      bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    bytes.append(UInt8(truncatingIfNeeded: rest))
  }
}

/// Reads LEB128 numbers in their shortest form, each against a bound.
private struct NumberReader {
  private let bytes: UnsafeRawBufferPointer
  private let name: String
  private var position = 0

  init(_ bytes: UnsafeRawBufferPointer, _ name: String) {
    self.bytes = bytes
    self.name = name
  }

  mutating func next(upTo bound: UInt64) throws(Refusal) -> Int {
    var number: UInt64 = 0
    var shift: UInt64 = 0
    while position < bytes.count, shift < 35 {
      let byte = bytes[position]
      position += 1
      number |= UInt64(byte & 0x7F) << shift
      if byte & 0x80 == 0 {
        guard byte != 0 || shift == 0 else { throw wrong("a number longer than it must be") }
        guard number <= bound else { throw wrong("\(number), where \(bound) is the most") }
        return Int(number)
      }
      shift += 7
    }
    throw wrong("a number that does not end")
  }

  mutating func nextSigned(within bound: Int) throws(Refusal) -> Int {
    let number = try next(upTo: UInt64(bound) * 2)
    return number >> 1 ^ -(number & 1)
  }

  func expectEnd() throws(Refusal) {
    guard position == bytes.count else { throw wrong("\(bytes.count - position) bytes too many") }
  }

  private func wrong(_ seen: String) -> Refusal {
    Refusal(
      BundleReason.frameDamaged, "\(name), control, byte \(position)", seen: seen,
      expected: "numbers that give the frame")
  }
}
