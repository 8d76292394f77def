// SPDX-License-Identifier: Apache-2.0
import Intents
import TestKit
import Trust

extension FuzzTarget {
  /// An age file: header and chunks. Nothing opens but what was sealed.
  static let age = FuzzTarget("age", seeds: { sealed }) { bytes in
    let plain = try opened(bytes)
    try promise("nothing else opens", sealed.contains(bytes))
    try promise("what was sealed", plain.isEmpty || plain == Array("hello, ship\n".utf8))
  }

  private static let sealed = [StockAge.hello, StockAge.empty].compactMap { Base64.decode($0) }

  private static func opened(_ bytes: [UInt8]) throws -> [UInt8] {
    let identity = try StockAge.identity()
    return try bytes.withUnsafeBytes { buffer in
      // In two halves, so that a header goes on in the second.
      var parts = [buffer[..<(bytes.count / 2)], buffer[(bytes.count / 2)...]].filter {
        !$0.isEmpty
      }
      let opener = try AgeOpener(identity, named: "input") {
        parts.isEmpty ? nil : UnsafeRawBufferPointer(rebasing: parts.removeFirst())
      }
      var plain: [UInt8] = []
      while let part = try opener.next() { plain += part }
      return plain
    }
  }
}
