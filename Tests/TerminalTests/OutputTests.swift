// SPDX-License-Identifier: Apache-2.0
import Intents
import Terminal
import Testing
import Trust

@Test(arguments: [
  ("plain text, ä and 日本", "plain text, ä and 日本"), ("\u{1B}[31mred", "\\u{1b}[31mred"),
  ("a\rb\nc", "a\\u{d}b\\u{a}c"), ("\u{202E}gpj.exe", "\\u{202e}gpj.exe"),
])
func H24_textFromOutsideIsShownEscaped(text: String, shown: String) {
  #expect(Escaping.visible(text) == shown)
}

@Test func H24_textFromOutsideIsEscapedInJSONTooAndReadsTheSame() throws {
  let value: JSONValue = ["name": "a\u{9b}31m\u{202E}gpj.exe\u{E0001}\u{1B}, ä and 日本"]
  let text = Escaping.json(String(decoding: value.encoded, as: UTF8.self))
  #expect(text == #"{"name":"a\u009b31m\u202egpj.exe\udb40\udc01\u001b, ä and 日本"}"#)
  #expect(try JSONValue(parsing: Array(text.utf8), named: "output") == value)
}

@Test(
  arguments: [
    (0, "0 B"), (999, "999 B"), (1000, "1.0 kB"), (99_949, "99.9 kB"), (100_000, "100 kB"),
    (4_290_772_992, "4.3 GB"),
  ] as [(Int64, String)])
func byteCountsAreGivenInPowersOfTen(bytes: Int64, text: String) {
  #expect(ByteCount.text(bytes) == text)
}

@Test func aTableAlignsItsColumnsAndIsNothingWithoutRows() {
  var table = Table("NAME", "COUNT")
  #expect(table.lines.isEmpty)
  table.add("a", "1")
  table.add("longer", "23")
  #expect(table.lines == ["NAME    COUNT", "a       1", "longer  23"])
}

@Test func aRefusalCarriesItsExitCodeAndAllItsPartsIntoJSON() {
  let refusal = Refusal(TerminalReason.noTerminal, "a question", seen: "none", expected: "one")
  let outcome = Outcome(refusal: refusal)
  #expect(outcome.exit == .approvalMissing)
  guard case .object(let object) = outcome.json else {
    Issue.record("no object")
    return
  }
  #expect(object["exit"] == 15)
  #expect(object["retryable"] == true)
  #expect(object["code"] == "WB1595")
  #expect(object["seen"] == "none")
  #expect(object["expected"] == "one")
  #expect(object["changed"] == "nothing")
}

@Test func whatACommandTellsNeverStandsTwiceNorHidesTheRefusal() {
  let refusal = Refusal(TerminalReason.noTerminal, "a question", seen: "none", expected: "one")
  let outcome = Outcome(refusal: refusal, facts: [("changed", true), ("exit", 0), ("site", "a")])
  let expected =
    #"{"changed":"nothing","code":"WB1595","exit":15,"expected":"one","hint":""#
    + #"\#(refusal.hint)","reason":"\#(refusal.reason.summary)","retryable":true,"#
    + #""seen":"none","site":"a","subject":"a question"}"#
  #expect(String(decoding: outcome.json.encoded, as: UTF8.self) == expected)
}

@Test func anUnknownCodeIsRefusedAndAKnownOneExplainedInAnyCase() throws {
  let explanation = Explanation(TrustReason.allCases)
  #expect(try explanation.outcome("wb1595").exit == .done)
  let refusal = #expect(throws: Refusal.self) { try explanation.outcome("WB0000") }
  #expect(refusal?.code == "WB6495")
}

@Test func anErrorThatNoOneForesawIsADefectOfOursAndARefusalIsItself() {
  let outcome = Outcome(failure: CancellationError(), in: "export")
  #expect(outcome.exit == .internalError)
  #expect(outcome.refusal?.code == "WB7095")
  #expect(outcome.refusal?.changed == "unknown")
  let refusal = Refusal(TerminalReason.noTerminal, "a question", seen: "none", expected: "one")
  #expect(Outcome(failure: refusal, in: "export").refusal?.code == "WB1595")
}
