// SPDX-License-Identifier: Apache-2.0
import Bundles
import Foundation
import Intents
import SystemPackage
import Trust

// waybill-micro OLD NEW EFFORT: what the hot paths take on the files of NEW, one thread, as rows of a table.
let arguments = CommandLine.arguments
guard arguments.count == 4, let effort = Effort(rawValue: arguments[3]) else {
  print("usage: waybill-micro OLD NEW fast|normal|best")
  exit(64)
}
let names = FileManager.default.enumerator(atPath: arguments[2])?.compactMap { $0 as? String } ?? []

var deltas = try Deltas(effort: effort)
for name in names.sorted() {
  try deltas.add(FilePath(arguments[1]).appending(name), FilePath(arguments[2]).appending(name))
}
deltas.rows.forEach { print($0) }

var (hash, parse) = (Stopwatch(), Stopwatch())
let entry: JSONValue = [
  "length": 4711, "path": "lib/site-packages/numpy/core/_multiarray.pyd",
  "sha256": .string(Digest.sha256([]).hex),
]
let line = entry.encoded
let block = [UInt8](repeating: 7, count: Int(BundleLimits.defaultBlockSize))
for _ in 0..<100 { _ = hash.measure(block.count) { Digest.sha256(block) } }
for _ in 0..<100_000 {
  _ = try parse.measure(line.count) { try JSONValue(parsing: line, named: "line") }
}
print(hash.row("SHA-256 of blocks"))
print(parse.row("strict JSON, a manifest's line"))
