// SPDX-License-Identifier: Apache-2.0
import Intents
import TestKit
import Testing
import Trust

/// Written from RFC 8259 and the profile of FORMAT.md, 2.
struct StrictJSONTests {
  static let refused: [[UInt8]] =
    [
      "", " ", "\n", "{", "}", "[", "]", "[1", "[1,", "[,1]", "[1,]", "[1,,2]", "[1 2]", "[]]",
      "[][]",
      "1 2", "{}{}", "{\"a\"}", "{\"a\":}", "{\"a\":1,}", "{,\"a\":1}", "{\"a\":1 \"b\":2}",
      "{\"a\"::1}",
      "{a:1}", "{'a':1}", "{1:1}", "{null:1}", "{\"a\":1", "{\"a\":1]", "[1}", "\"", "\"a", "\"\\",
      "\"\\\"",
      "'a'", "\"\\x41\"", "\"\\a\"", "\"\\u\"", "\"\\u1\"", "\"\\u12\"", "\"\\u123\"",
      "\"\\u12G4\"",
      "\"\\U0041\"", "\"\\ud800\"", "\"\\udc00\"", "\"\\ud800\\ud800\"", "\"\\ud800x\"",
      "\"\\ud800\\n\"",
      "\"\\udc00\\ud800\"", "\"\\uD83D \\uDE00\"", "\"\\ud800\\u0041\"", "\"\t\"", "\"\n\"",
      "\"\r\"",
      "\"\u{0}\"", "\"\u{1f}\"", "nul", "nulll", "Null", "NULL", "tru", "True", "TRUE", "fals",
      "falsee",
      "nan", "NaN", "Infinity", "-Infinity", "undefined", "-", "+", "+1", "--1", "-+1", "1.", ".1",
      "-.1",
      "1.0", "0.0", "1.5", "1e", "1e2", "1E2", "1e+2", "1e-2", "0e0", "1.0e1", "01", "00", "-01",
      "-00", "-0",
      "-0.0", "0x1", "0b1", "1_000", "1,000", "1a", "1-1", "- 1", "9007199254740992",
      "-9007199254740992",
      "// c\n1", "/* c */1", "1 // c", "# c\n1", "[1] x", "{} \u{0}", "\u{feff}1", "\u{feff}{}",
      "\u{a0}1",
      "1\u{a0}", "\u{2028}1", "\u{c}1", "\u{b}1", "[\u{c}1]", "{\"a\":1,\"a\":1}",
      "{\"a\":1,\"a\":2}",
      "{\"a\":1,\"\\u0061\":2}", "{\"é\":1,\"e\u{301}\":2}", "{\"x\":{\"k\":1,\"k\":2}}", "*", "\\",
      "&", "[*]",
      "[\"a\" \"b\"]", "[\"a\":1]", "{\"a\":1,1}", "{\"a\",\"b\"}", "[-]", "[- 1]", "[1-]",
    ].map { Array($0.utf8) } + [
      [0xEF, 0xBB, 0xBF, 0x31], [0xFF], [0xFE, 0xFF, 0x00, 0x31], [0x31, 0x00], [0x00],
      [0x22, 0xFF, 0x22], [0x22, 0xC0, 0x80, 0x22], [0x22, 0xC1, 0xBF, 0x22],
      [0x22, 0xED, 0xA0, 0x80, 0x22], [0x22, 0xE2, 0x82, 0x22],
      [0x22, 0xF4, 0x90, 0x80, 0x80, 0x22],
      [0x22, 0xF8, 0x88, 0x80, 0x80, 0x80, 0x22], [0x22, 0x80, 0x22],
      [0x22, 0xE0, 0x80, 0x80, 0x22],
      [0x22, 0x5C, 0x6E, 0xFF, 0x22], [0x5B, 0x22, 0x22, 0xE9, 0x5D],
    ]

  @Test(
    "H15 H16 H17 H19: a text outside the profile is refused with its byte offset",
    arguments: refused)
  func refuses(text: [UInt8]) {
    let refusal = refusal { () throws(Refusal) in _ = try JSONValue(parsing: text, named: "x.json")
    }
    #expect(refusal?.exit == .damaged, "\(String(decoding: text, as: UTF8.self))")
    #expect(refusal?.subject.hasPrefix("x.json, byte ") == true)
  }

  static let taken: [(String, String)] = [
    ("null", "null"), ("true", "true"), ("false", "false"), ("0", "0"), ("7", "7"), ("-7", "-7"),
    ("9007199254740991", "9007199254740991"), ("-9007199254740991", "-9007199254740991"),
    ("\"\"", "\"\""),
    (" 1 ", "1"), ("\r\n\t [ ] \n", "[]"), ("{ }", "{}"), ("[1 , 2]", "[1,2]"),
    ("{\"a\" : 1}", "{\"a\":1}"),
    ("[[],{},\"\",0,null]", "[[],{},\"\",0,null]"), ("{\"b\":1,\"a\":2}", "{\"a\":2,\"b\":1}"),
    ("{\"\":0}", "{\"\":0}"), ("{\"a\":{\"a\":{\"a\":1}}}", "{\"a\":{\"a\":{\"a\":1}}}"),
    ("\"\\\"\\\\\\/\"", "\"\\\"\\\\/\""), ("\"\\u0041\"", "\"A\""), ("\"\\u00e9\"", "\"é\""),
    ("\"\\uD83D\\uDE00\"", "\"😀\""), ("\"\\ud83d\\ude00\"", "\"😀\""),
    ("\"\\uFFFF\"", "\"\u{FFFF}\""),
    ("\"\\udbff\\udfff\"", "\"\u{10FFFF}\""), ("\"\u{7f}\"", "\"\u{7f}\""),
    ("\"\u{2028}\"", "\"\u{2028}\""),
    ("\"\\u0000\"", "\"\\u0000\""),
    ("\"\\b\\f\\n\\r\\t\"", "\"\\u0008\\u000c\\u000a\\u000d\\u0009\""),
    ("\"\u{feff}\"", "\"\u{feff}\""), ("{\"é\":1,\"e\":2}", "{\"e\":2,\"é\":1}"),
    ("{\"Ａ\":1,\"A\":2}", "{\"A\":2,\"Ａ\":1}"), ("{\"A\":1,\"a\":2}", "{\"A\":1,\"a\":2}"),
  ]

  @Test("H19: a text inside the profile is read and written compact and sorted", arguments: taken)
  func takes(text: String, written: String) throws {
    let value = try JSONValue(parsing: Array(text.utf8), named: "x.json")
    #expect(String(decoding: value.encoded, as: UTF8.self) == written)
    #expect(try JSONValue(parsing: value.encoded, named: "again").encoded == value.encoded)
  }

  @Test("H18: a text that passes a limit is refused without trouble")
  func limits() {
    let texts = [
      String(repeating: "[", count: 100_000), String(repeating: "{\"a\":", count: 100_000),
      String(repeating: "[", count: 34) + String(repeating: "]", count: 34),
      String(repeating: "1", count: 1_000_000), "-" + String(repeating: "9", count: 17),
      "{\"" + String(repeating: "k", count: 1_000_000) + "\":1}",
    ]
    for text in texts {
      let refusal = refusal { () throws(Refusal) in
        _ = try JSONValue(parsing: Array(text.utf8), named: "x")
      }
      #expect(refusal?.code == "WB2201", "\(text.prefix(20))")
    }
  }

  @Test("H18: a million values are read, and a few more are refused before they take memory")
  func values() throws {
    let most = TrustLimits.jsonValues
    for (count, isTaken) in [(most - 1, true), (most, false)] {
      let text =
        Array("[".utf8)
        + Array(repeatElement(UInt8(ascii: "0"), count: count))
        .flatMap { [$0, UInt8(ascii: ",")] }.dropLast() + Array("]".utf8)
      let refusal = refusal { () throws(Refusal) in _ = try JSONValue(parsing: text, named: "x") }
      #expect(refusal?.code == (isTaken ? nil : "WB2201"))
    }
  }

  @Test("H18: 32 levels below the top are read")
  func deepest() throws {
    let text = String(repeating: "[", count: 33) + String(repeating: "]", count: 33)
    #expect(try JSONValue(parsing: Array(text.utf8), named: "x").encoded == Array(text.utf8))
  }

  @Test(
    "H16: a key twice is refused wherever the two stand among many",
    arguments: [2, 15, 16, 17, 18, 40])
  func duplicatesAmongMany(count: Int) throws {
    for second in 1..<count {
      for first in [0, second - 1] {
        let keys = (0..<count).map { $0 == second ? "k\(first)" : "k\($0)" }
        let text = "{" + keys.map { "\"\($0)\":1" }.joined(separator: ",") + "}"
        #expect(throws: Refusal.self) { try JSONValue(parsing: Array(text.utf8), named: "x") }
      }
    }
    let text = "{" + (0..<count).map { "\"k\($0)\":\($0)" }.joined(separator: ",") + "}"
    let field = try JSONField(parsing: Array(text.utf8), named: "x")
    for index in 0..<count {
      #expect(try field["k\(index)"].integer(in: 0...99) == Int64(index))
    }
  }

  @Test("H15: no truncation of a text is read")
  func truncations() throws {
    let text = Array("{\"a\":[1,-2,true,null,\"é\\n\\ud83d\\ude00\"],\"b\":{\"c\":\"\\\\\"}}".utf8)
    for length in 0..<text.count {
      let cut = Array(text[..<length])
      #expect(throws: Refusal.self) { try JSONValue(parsing: cut, named: "x") }
    }
  }

  @Test("H15: a typed read names the field, what was seen and what was expected")
  func typedReads() throws {
    let root = try JSONField(
      parsing: Array("{\"holds\":{\"files\":[1,\"x\"]}}".utf8), named: "state.json")
    let refusal = refusal { () throws(Refusal) in
      _ = try root["holds"]["files"].array()[1].digest()
    }
    #expect(refusal?.subject == "state.json: holds.files[1]")
    #expect(refusal?.seen == "\"x\"")
    #expect(refusal?.expected == "64 lower-case hex digits")
    #expect(refusal?.code == "WB1002")
  }
}

struct JSONObjectTests {
  @Test("of two members with one key the first is kept, wherever they stand")
  func repeatedKeys() {
    let object = JSONObject([("b", 1), ("a", 2), ("b", 3), ("a", 4), ("c", 5), ("b", 6)])
    #expect(object.members.map(\.key) == ["a", "b", "c"])
    #expect(JSONValue.object(object).encoded == Array(#"{"a":2,"b":1,"c":5}"#.utf8))
    #expect(object["b"] == 1)
    // Keys are bytes: what is canonically equivalent is two keys.
    #expect(JSONObject([("e\u{301}", 1), ("\u{e9}", 2)]).members.count == 2)
  }
}

/// OLPC canonical JSON. The expected texts are those of securesystemslib's `encode_canonical`.
struct CanonicalJSONTests {
  static let texts: [(JSONValue, String)] = [
    (["b": 1, "a": [true, false, .null]], "{\"a\":[true,false,null],\"b\":1}"),
    ("a/b\\c\"d", "\"a/b\\\\c\\\"d\""), ("\n\t\u{0}\u{1f}\u{7f}", "\"\n\t\u{0}\u{1f}\u{7f}\""),
    ("é😀\u{2028}", "\"é😀\u{2028}\""),
    (["": "", "A": 1, "a": 2, "é": 3], "{\"\":\"\",\"A\":1,\"a\":2,\"é\":3}"),
    ([:], "{}"), ([], "[]"), (-5, "-5"),
  ]

  @Test("H20: canonical form escapes quote and backslash and nothing else", arguments: texts)
  func canonical(value: JSONValue, text: String) {
    #expect(value.canonical == Array(text.utf8))
  }
}
