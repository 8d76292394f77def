// SPDX-License-Identifier: Apache-2.0
import Bundles
import Intents
import Testing
import Trust

/// FORMAT.md, 12: a hash-chained log and what was done to it.
struct AuditWalkTests {
  /// A stored line: its number and hash beside the bytes.
  struct Row {
    var place: Int64
    var kept: String
    var bytes: [UInt8]

    init(_ event: AuditEvent) {
      place = event.seq
      kept = event.digest.hex
      bytes = event.encoded
    }

    /// The line with one member set anew, its hash left as it was.
    func setting(_ key: String, to value: JSONValue) throws -> Row {
      let object = try JSONField(parsing: Array(bytes.dropLast()), named: "line").object()
      let members = object.members.filter { $0.key != key }.map { ($0.key, $0.value) }
      var row = self
      row.bytes = JSONValue.object(JSONObject(members + [(key, value)])).encoded + [10]
      return row
    }
  }

  struct Edit: CustomTestStringConvertible, Sendable {
    let testDescription: String
    let change: @Sendable (inout [Row], Int) throws -> Void
  }

  static let time = Instant(clamping: 1_790_000_000)
  static let count: Int64 = 9

  static func log(_ word: String = "step", after start: [AuditEvent] = []) -> [AuditEvent] {
    var events = start
    while Int64(events.count) < count {
      events.append(
        AuditEvent(
          seq: Int64(events.count) + 1, at: time, event: word,
          facts: ["number": "\(events.count)", "odd": "a\"b\\c\u{7}\u{202E}"],
          previous: events.last?.digest ?? AuditEvent.origin))
    }
    return events
  }

  static func walk(_ rows: [Row], awaiting head: Digest? = nil) -> AuditWalk {
    var walk = AuditWalk()
    if let head { walk.await(head, "the line that was signed") }
    for row in rows { walk.take(AuditLine(place: row.place, kept: row.kept, bytes: row.bytes)) }
    walk.finish()
    return walk
  }

  /// Each is done to every line, and every time the chain alone must show it.
  static let edits: [Edit] = [
    Edit(testDescription: "seq") { try $0[$1] = $0[$1].setting("seq", to: .integer(77)) },
    Edit(testDescription: "at") {
      try $0[$1] = $0[$1].setting("at", to: "2026-09-22T00:00:00Z")
    },
    Edit(testDescription: "event") { try $0[$1] = $0[$1].setting("event", to: "other") },
    Edit(testDescription: "facts") {
      try $0[$1] = $0[$1].setting("facts", to: ["number": "8", "odd": ""])
    },
    Edit(testDescription: "prev") {
      try $0[$1] = $0[$1].setting("prev", to: .string(Digest.sha256([1]).hex))
    },
    Edit(testDescription: "hash in the line") {
      try $0[$1] = $0[$1].setting("hash", to: .string(Digest.sha256([1]).hex))
    },
    Edit(testDescription: "hash beside the line") { $0[$1].kept = Digest.sha256([1]).hex },
    Edit(testDescription: "hash that is none") { $0[$1].kept = "0" },
    Edit(testDescription: "a field more") { try $0[$1] = $0[$1].setting("actor", to: "x") },
    Edit(testDescription: "one byte") { $0[$1].bytes[$0[$1].bytes.count / 2] ^= 4 },
    Edit(testDescription: "no bytes") { $0[$1].bytes = [] },
    Edit(testDescription: "place") { $0[$1].place += 100 },
    Edit(testDescription: "doubled") { $0.insert($0[$1], at: $1) },
    Edit(testDescription: "a line of another log put in") {
      $0.insert(Row(AuditWalkTests.log("foreign")[$1]), at: $1)
    },
    Edit(testDescription: "a line of another log in its place") {
      $0[$1] = Row(AuditWalkTests.log("foreign")[$1])
    },
  ]

  @Test(arguments: edits) func `S18: every single edit of every line is found`(edit: Edit) throws {
    for index in 0..<Int(Self.count) {
      var rows = Self.log().map(Row.init)
      try edit.change(&rows, index)
      let faults = Self.walk(rows).faults
      // The last line of another log in place of ours chains to nothing of ours.
      #expect(faults[.line] > 0, "line \(index + 1)")
      #expect(faults.list.first?.subject.hasPrefix("line ") == true)
    }
  }

  @Test func `S18: a line taken out is named, the first ones too`() {
    for index in 0..<Int(Self.count) - 1 {
      var rows = Self.log().map(Row.init)
      rows.remove(at: index)
      let faults = Self.walk(rows).faults
      #expect(faults[.line] == 1)
      #expect(faults.list.first?.subject == "line \(index + 1)")
    }
    for cut in 1..<Int(Self.count) {
      let rows = Self.log().map(Row.init).dropFirst(cut)
      #expect(Self.walk(Array(rows)).faults.list.first?.subject == "line 1")
    }
  }

  @Test func `S18: any two lines that changed places are found`() {
    for first in 0..<Int(Self.count) {
      for second in (first + 1)..<Int(Self.count) {
        var rows = Self.log().map(Row.init)
        rows.swapAt(first, second)
        let named = Self.walk(rows).faults.list.first?.subject
        #expect(named == "line \(first + 1)")
        // Also when each takes the number of the other.
        (rows[first].place, rows[second].place) = (rows[second].place, rows[first].place)
        #expect(Self.walk(rows).faults[.line] > 0)
      }
    }
  }

  @Test func `R20: a cut tail shows against a head that others hold, and against nothing else`() {
    let events = Self.log()
    for cut in 0..<Int(Self.count) {
      let rows = events.prefix(cut).map(Row.init)
      #expect(Self.walk(rows).faults.isEmpty)
      let walk = Self.walk(rows, awaiting: events[cut].digest)
      #expect(walk.faults[.head] == 1)
      #expect(walk.faults[.line] == 0)
      #expect(walk.head.seq == Int64(cut))
    }
  }

  @Test func `R20: a log written anew from any line on shows against a head that others hold`() {
    let events = Self.log()
    for start in 0..<Int(Self.count) {
      let anew = Self.log("other", after: Array(events.prefix(start)))
      #expect(Self.walk(anew.map(Row.init)).faults.isEmpty)
      let walk = Self.walk(anew.map(Row.init), awaiting: events[Int(Self.count) - 1].digest)
      #expect(walk.faults[.head] == 1)
    }
  }

  @Test func `a sound log chains and holds every head of its own`() throws {
    let events = Self.log()
    for event in events {
      #expect(Self.walk(events.map(Row.init), awaiting: event.digest).faults.isEmpty)
    }
    let walk = Self.walk(events.map(Row.init), awaiting: AuditEvent.origin)
    #expect(walk.faults.isEmpty)
    #expect(walk.count == Self.count)
    let last = try #require(events.last)
    #expect(walk.head == AuditHead(seq: last.seq, digest: last.digest))
    #expect(AuditHead("\(walk.head)") == walk.head)
  }

  @Test(arguments: [
    "", "1", ":", "1:", "1:00", "-1:" + AuditEvent.origin.hex, "0:" + Digest.sha256([1]).hex,
    "01:" + AuditEvent.origin.hex, "1:" + AuditEvent.origin.hex + "0", "x:" + AuditEvent.origin.hex,
  ])
  func `what is no head is not read as one`(text: String) {
    #expect(AuditHead(text) == nil)
  }

  @Test func `many faults are counted and the first of each kind told`() throws {
    var faults = AuditFaults()
    for number in 1...50 {
      faults.add(AuditFault(.fact, "fact \(number)", seen: "a", expected: "b"))
    }
    var all = AuditFaults()
    all.add(AuditFault(.line, "line 9", seen: "a", expected: "b"))
    all.add(faults)
    #expect(all[.fact] == 50)
    #expect(all.list.count == 21)
    let refusal = try #require(all.refusal { _ in BundleReason.listingLayout })
    #expect(refusal.subject == "line 9")
    #expect(faults.refusal { _ in BundleReason.listingLayout }?.seen == "a (and 49 more)")
  }

  @Test func `what is kept and what was told last must be one`() {
    var agreement = AuditAgreement()
    for (what, value) in [("a", "1"), ("b", "1"), ("c", "1"), ("d", "1")] {
      agreement.keep(what, value)
    }
    agreement.tell("a", "1", line: 1)
    agreement.tell("b", "1", line: 2)
    agreement.tell("b", "2", line: 3)
    agreement.mention("c", "1", line: 4)
    agreement.mention("gone", "1", line: 5)
    agreement.tell("lost", "1", line: 6)
    agreement.finish()
    #expect(agreement.faults.list.map(\.subject) == ["lost", "b", "d"])
    #expect(agreement.faults[.fact] == 3)
  }
}
