// SPDX-License-Identifier: Apache-2.0
import Glibc
package import Intents

// The standard library's `withUnsafeBytes` loses the type of the error; these keep it.

extension Array where Element == UInt8 {
  package func withBytes<Value>(
    _ body: (UnsafeRawBufferPointer) throws(Refusal) -> Value
  ) throws(Refusal) -> Value {
    try withUnsafeBufferPointer { (buffer) throws(Refusal) in
      try body(UnsafeRawBufferPointer(buffer))
    }
  }

  package mutating func withMutableBytes<Value>(
    _ body: (UnsafeMutableRawBufferPointer) throws(Refusal) -> Value
  ) throws(Refusal) -> Value {
    try withUnsafeMutableBufferPointer { (buffer) throws(Refusal) in
      try body(UnsafeMutableRawBufferPointer(buffer))
    }
  }
}

extension ArraySlice where Element == UInt8 {
  package func withBytes<Value>(
    _ body: (UnsafeRawBufferPointer) throws(Refusal) -> Value
  ) throws(Refusal) -> Value {
    try withUnsafeBufferPointer { (buffer) throws(Refusal) in
      try body(UnsafeRawBufferPointer(buffer))
    }
  }
}

/// Comparing by memcmp(3): papers are looked at byte for byte, and that often.
enum RawBytes {
  static func areEqual(_ left: ArraySlice<UInt8>, _ right: ArraySlice<UInt8>) -> Bool {
    guard left.count == right.count else { return false }
    return left.withUnsafeBytes { first in
      right.withUnsafeBytes { second in
        guard let one = first.baseAddress, let other = second.baseAddress else { return true }
        return memcmp(one, other, first.count) == 0
      }
    }
  }

  static func areZero(_ bytes: ArraySlice<UInt8>) -> Bool {
    guard bytes.count > 1 else { return bytes.first ?? 0 == 0 }
    return bytes.first == 0 && areEqual(bytes.dropFirst(), bytes.dropLast())
  }
}
