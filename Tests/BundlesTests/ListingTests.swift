// SPDX-License-Identifier: Apache-2.0
import Intents
import Testing
import Trust

import Bundles

@Suite struct ListingTests {
  @Test("what the listing writer writes, the reader reads", arguments: [0, 1, 2, 5000])
  func roundTrip(count: Int) throws {
    var bytes: [UInt8] = []
    var writer = ListingWriter(
      header: JSONObject([("_type", "test"), ("zone", "z")]), listName: "items"
    ) { bytes += $0 }
    try writer.headerLine()
    for index in 0..<count { try writer.element(["n": .integer(Int64(index))]) }
    try writer.end()
    let text = String(decoding: bytes, as: UTF8.self)
    #expect(text.hasPrefix("{\"_type\":\"test\",\"zone\":\"z\",\"items\":[\n"))
    #expect(text.hasSuffix("]}\n"))
    let reader = try ListingReader(MemorySource(bytes, name: "t"), listName: "items")
    #expect(try reader.header["zone"].string() == "z")
    for index in 0..<count {
      let element = try #require(try reader.next())
      #expect(try element["n"].integer(in: 0...10000) == Int64(index))
    }
    #expect(try reader.next() == nil)
    #expect(try reader.next() == nil)
  }

  @Test(
    "H15: a listing in any other layout is refused",
    arguments: [
      "", "\n", "{\"a\":[", "{\"a\":[\n", "{\"a\":[\n{}\n", "{\"a\":[\n{},\n",
      "{\"a\":[\n{},\n]}\n",
      "{\"a\":[\n{}\n{}\n]}\n", "{\"a\":[\n]}", "{\"a\":[\n]}\n\n", "{\"a\":[\n]}\n]}\n",
      "{\"a\":[\n {}\n]}\n", "{\"a\":[\n{} \n]}\n", "{\"a\":[\n{}\r\n]}\n", "{\"a\":[\n1\n]}\n",
      "{\"a\":[\n{},{}\n]}\n", "{\"a\":[\n\n]}\n", "{\"a\":[{}\n]}\n", "{\"a\": [\n]}\n",
      "{\"b\":[\n]}\n",
      "{\"a\":[],\"b\":[\n]}\n", "{\"a\":[],\"x\\\"a\":[\n]}\n", "{\"a\":[\n{},,\n]}\n", "[\n]\n",
      "{\"a\":1,\"a\":[\n]}\n", "{\"a\":[\n{}\n],\"b\":1}\n", "{\"b\":{\"a\":[\n]}\n",
      "{\"a\":[\n{}\n]} \n",
    ])
  func hostileLayouts(text: String) {
    #expect(throws: Refusal.self) {
      let reader = try ListingReader(MemorySource(Array(text.utf8), name: "t"), listName: "a")
      while try reader.next() != nil {}
    }
  }

  @Test("H18: a line beyond 1 MiB is refused as a limit, also one without an end")
  func longLine() throws {
    let long = "{\"a\":[\n{\"x\":\"" + String(repeating: "y", count: 1 << 20)
    for text in [long, long + "\"}\n]}\n"] {
      let reader = try ListingReader(MemorySource(Array(text.utf8), name: "t"), listName: "a")
      let refusal = #expect(throws: Refusal.self) { try reader.next() }
      #expect(refusal?.code == BundleReason.lineTooLong.code)
    }
  }
}
