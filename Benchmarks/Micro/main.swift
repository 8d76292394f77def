// SPDX-License-Identifier: Apache-2.0
import Bundles
import Foundation
import Glibc
import Intents
import SystemPackage
import Trust

func seconds() -> Double {
  var time = timespec()
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
  return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
}

func load(_ path: FilePath) throws -> ReferenceBytes {
  let source = try FileSource(path)
  return try ReferenceBytes(count: Int(source.length)) { (buffer) throws(Refusal) in
    _ = try source.fill(buffer, at: 0)
  }
}

let arguments = CommandLine.arguments
let (old, new) = (arguments[1], arguments[2])
let effort = Effort(rawValue: arguments[3]) ?? .normal
let size = 16 << 20
var (plain, total, count) = (0, 0, 0)
var (tables, encode, decode) = (0.0, 0.0, 0.0)
var byKind: [String: (Int, Int, Int)] = [:]
let encoder = try DeltaEncoder(effort: effort)
let plainEncoder = try FrameEncoder(level: effort.level)
let decoder = try FrameDecoder()
for case let name as String in FileManager.default.enumerator(atPath: new) ?? .init() {
  let a = FilePath(old + "/" + name), b = FilePath(new + "/" + name)
  guard let status = FileQuery.status(b), status.kind == .regular, status.length >= 65536,
    FileQuery.status(a)?.kind == .regular
  else { continue }
  let reference = try load(a), file = try load(b)
  if reference.bytes.elementsEqual(file.bytes) { continue }
  var t = seconds()
  let table = AnchorTable(reference, effort: effort)
  tables += seconds() - t
  let frameReference = FrameReference(
    file: .sha256([]), from: 0, length: Int64(reference.count), of: Int64(reference.count))
  var at = 0
  while at < file.count {
    let part = UnsafeRawBufferPointer(rebasing: file.bytes[at..<min(file.count, at + size)])
    t = seconds()
    var kept: (FrameEncoding, [UInt8])?
    let made = try encoder.encode(part, against: reference, frameReference, table: table) {
      (encoding, stored) in kept = (encoding, Array(stored))
    }
    if !made {
      try plainEncoder.encode(part) { (encoding, stored) throws(Refusal) in
        kept = (encoding, Array(stored))
      }
    }
    encode += seconds() - t
    guard let (encoding, stored) = kept else { fatalError() }
    t = seconds()
    try stored.withBytes { (stored) throws(Refusal) in
      try decoder.decode(
        stored, encoding, plain: Int64(part.count),
        reference: encoding.reference == nil ? nil : reference.bytes, named: name
      ) { (bytes) throws(Refusal) in
        precondition(bytes.count == part.count && Digest.sha256(bytes) == Digest.sha256(part))
      }
    }
    decode += seconds() - t
    plain += part.count
    total += stored.count
    count += 1
    let entry = byKind[encoding.name] ?? (0, 0, 0)
    byKind[encoding.name] = (entry.0 + 1, entry.1 + part.count, entry.2 + stored.count)
    at += part.count
  }
}
print(count, plain, total, "tables", tables, "encode", encode, "decode", decode)
print(byKind)
