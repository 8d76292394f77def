// SPDX-License-Identifier: Apache-2.0
import SystemPackage
import TestKit
import Testing

/// A program that is killed with SIGKILL at seeded system calls (F01).
struct KilledProgram {
  /// A call that changes something, and at which of its occurrences in one thread the program dies.
  struct Moment: Sendable, Hashable, CustomStringConvertible {
    let call: String
    let count: Int

    var description: String { "\(call) \(count)" }
  }

  let name: String
  /// The folder whose first opened file says that the program itself is at work, not the loader.
  let state: FilePath
  let scratch: Scratch

  static let calls = [
    "write", "pwrite64", "fsync", "fdatasync", "ftruncate", "rename", "openat", "unlink", "mkdir",
  ]

  /// Every moment of a straight run with `arguments`: counted thread by thread, as strace(1) counts them too.
  func moments(_ arguments: [String]) throws -> [Moment] {
    let trace = try scratch.write("calls", "")
    _ = try BuiltProgram(
      name,
      wrapper: [
        "strace", "-f", "-s", "300", "-o", trace.string, "-e",
        "trace=\(Self.calls.joined(separator: ","))",
      ]
    ).run(arguments)
    var counts: [String: [String: Int]] = [:]
    var loaded: Int?
    for line in String(decoding: try Files.bytes(trace), as: UTF8.self).split(separator: "\n") {
      let words = line.split(separator: " ", maxSplits: 1, omittingEmptySubsequences: true)
      guard words.count == 2, let end = words[1].firstIndex(of: "(") else { continue }
      let call = String(words[1][..<end].drop { $0 == " " })
      guard Self.calls.contains(call) else { continue }
      let count = (counts[call]?[String(words[0])] ?? 0) + 1
      counts[call, default: [:]][String(words[0])] = count
      if loaded == nil, call == "openat", line.contains("\"\(state)/") { loaded = count }
    }
    let first = try #require(loaded, "no file of \(state) was opened")
    return Self.calls.flatMap { call in
      let last = counts[call]?.values.max() ?? 0
      let start = call == "openat" ? first : 1
      return last < start ? [] : (start...last).map { Moment(call: call, count: $0) }
    }
  }

  /// Runs it until it dies before `moment`.
  func run(_ arguments: [String], until moment: Moment) throws -> BuiltProgram.Run {
    try BuiltProgram(
      name,
      wrapper: [
        "strace", "-f", "-o", "/dev/null", "-e", "trace=\(moment.call)", "-e",
        "inject=\(moment.call):signal=KILL:when=\(moment.count)",
      ]
    ).run(arguments)
  }

  /// Draws moments until the program died of the signal `wanted` times.
  ///
  /// - Parameter round: prepares, runs until the moment and checks; gives the killed run.
  func kill(
    _ wanted: Int, seed: UInt64, counting arguments: [String],
    round: (_ number: Int, _ moment: Moment) throws -> BuiltProgram.Run
  ) throws {
    let all = try moments(arguments)
    var killed: [String: Int] = [:]
    var rounds = 0
    for moment in drawn(all, seed: seed) where killed.values.reduce(0, +) < wanted {
      let run = try round(rounds, moment)
      rounds += 1
      if run.exit == 137 {
        killed[moment.call, default: 0] += 1
      } else {
        #expect(run.exit == 0, "\(moment): \(run.output) \(run.errors)")
      }
    }
    let told = killed.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }
    print(
      "kill: \(name) \(arguments[0]), \(all.count) moments, \(rounds) runs, killed at "
        + told.joined(separator: ", "))
    #expect(killed.values.reduce(0, +) == wanted)
  }

  /// The moments of each call in a seeded order, one of each call in turn: what is rare comes up too.
  func drawn(_ moments: [Moment], seed: UInt64) -> [Moment] {
    var random = Seeded(state: seed)
    let groups = Dictionary(grouping: moments, by: \.call).sorted { $0.key < $1.key }
    let turns = groups.flatMap { $0.value.shuffled(using: &random).enumerated().map { $0 } }
    return turns.sorted { ($0.offset, $0.element.call) < ($1.offset, $1.element.call) }
      .map(\.element)
  }
}
