// SPDX-License-Identifier: Apache-2.0
import Intents

// The standard library's `withUnsafeBytes` loses the type of the error; these keep it.

extension Array where Element == UInt8 {
  func withBytes<Value>(
    _ body: (UnsafeRawBufferPointer) throws(Refusal) -> Value
  ) throws(Refusal) -> Value {
    try withUnsafeBufferPointer { (buffer) throws(Refusal) in
      try body(UnsafeRawBufferPointer(buffer))
    }
  }

  mutating func withMutableBytes<Value>(
    _ body: (UnsafeMutableRawBufferPointer) throws(Refusal) -> Value
  ) throws(Refusal) -> Value {
    try withUnsafeMutableBufferPointer { (buffer) throws(Refusal) in
      try body(UnsafeMutableRawBufferPointer(buffer))
    }
  }
}

extension ArraySlice where Element == UInt8 {
  func withBytes<Value>(
    _ body: (UnsafeRawBufferPointer) throws(Refusal) -> Value
  ) throws(Refusal) -> Value {
    try withUnsafeBufferPointer { (buffer) throws(Refusal) in
      try body(UnsafeRawBufferPointer(buffer))
    }
  }
}
