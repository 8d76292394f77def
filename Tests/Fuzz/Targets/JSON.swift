// SPDX-License-Identifier: Apache-2.0
import Foundation
import Trust

extension FuzzTarget {
  /// Strict JSON (FORMAT.md, 2): what is taken is JSON for others too, and comes back from both of its forms.
  static let json = FuzzTarget("json", seeds: { JSONSeeds.all }) { bytes in
    let value = try JSONValue(parsing: bytes, named: "input")
    let again = try must("read what was written") {
      try JSONValue(parsing: value.encoded, named: "output")
    }
    try promise("the same text from the same value", again.encoded == value.encoded)
    try promise("the same canonical text", again.canonical == value.canonical)
    _ = try JSONSerialization.jsonObject(with: Data(bytes), options: .fragmentsAllowed)
  }
}

private enum JSONSeeds {
  static let all = [
    #"{"a":[1,-2,9007199254740991,true,false,null,"","é😀"],"b":{"c":{},"d":[]}}"#,
    #" [ "\"\\\/\b\f\n\r\t\u0041\u00e9\ud83d\ude00" , {"\u0000" : 0 } ] "#,
    String(repeating: "[", count: 32) + String(repeating: "]", count: 32),
    "{" + (0..<20).map { #""k\#($0)":\#($0)"# }.joined(separator: ",") + "}",
  ].map { Array($0.utf8) }
}
