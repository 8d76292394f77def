// SPDX-License-Identifier: Apache-2.0
import Centre
import Intents
import TestKit
import Testing

private let content = """
  waybill: content/1
  name: tool
  version: 1.0
  counter: 3
  publisher_scope: [site-class:air-gapped]
  programs:
    - name: install
      command_line: setup.exe /S
      exit_codes: {success: [0], retry: [1618]}
      detection:
        - {kind: file, path: 'C:\\tool.exe'}

  """

@Test func aContentFileIsReadWithItsDefaults() throws {
  let description = try ContentDescription(parsing: content, file: "content.yaml")
  #expect(description.version == "1.0")
  let program = try #require(description.programs.first)
  #expect(program.account == .system)
  #expect(program.exitCodes.meaning(of: 1618) == .retry)
  #expect(program.exitCodes.meaning(of: 3010) == .failure)
  #expect(program.detection == [.file(path: #"C:\tool.exe"#, version: nil)])
}

/// What is changed in the file, and what the refusal must name.
private let faults: [(old: String, new: String, place: String)] = [
  ("content/1", "content/2", "content.yaml, line 1, waybill"),
  ("counter: 3", "counter: 0", "content.yaml, line 4, counter"),
  ("counter: 3", "counter: three", "content.yaml, line 4, counter"),
  ("site-class:air-gapped", "Site Class", "content.yaml, line 5, publisher_scope[0]"),
  ("name: install", "name: In Stall", "content.yaml, line 7, programs[0].name"),
  ("kind: file", "kind: magic", "content.yaml, line 11, programs[0].detection[0].kind"),
  ("success: [0]", "success: [0, 0]", "content.yaml, line 9, programs[0].exit_codes.success[1]"),
  ("version: 1.0", "versoin: 1.0", "content.yaml, line 3, versoin"),
  ("version: 1.0\n", "", "content.yaml, line 1"),
  ("[0]", "[0", "content.yaml"),
]

@Test(arguments: faults)
func aFaultInAContentFileIsNamedByFileLineAndField(
  fault: (old: String, new: String, place: String)
) {
  let text = content.replacing(fault.old, with: fault.new)
  let refusal = refusal { () throws(Refusal) in
    _ = try ContentDescription(parsing: text, file: "content.yaml")
  }
  #expect(refusal?.code == "WB6460")
  #expect(refusal?.subject == fault.place)
}

@Test func aliasesThatMultiplyAreRefusedAndDoNotHang() {
  var text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
  for level in 1...9 {
    let uses = Array(repeating: "*a\(level - 1)", count: 10).joined(separator: ", ")
    text += "a\(level): &a\(level) [\(uses)]\n"
  }
  text += "? *a9\n: b\n"
  let refusal = refusal { () throws(Refusal) in
    _ = try ContentDescription(parsing: text, file: "content.yaml")
  }
  #expect(refusal?.code == "WB6460")
  #expect(refusal?.expected == "at most 8 aliases")
}

@Test func aFileThatTheParserWouldTakeMinutesForIsRefused() {
  let text = "? [\(String(repeating: "x,", count: 32_768))]\n: 1\n"
  let refusal = refusal { () throws(Refusal) in
    _ = try ContentDescription(parsing: text, file: "content.yaml")
  }
  #expect(refusal?.code == "WB6460")
  #expect(refusal?.expected == "at most 65536 bytes")
}

@Test func anIntentCannotHoldACommandLine() {
  let text = """
    waybill: intent/1
    id: tool
    sites: [fjord-3]
    content: tool
    version: 1.0
    program: install
    command_line: cmd.exe /c whoami
    collection: Devices
    purpose: required
    scope: [a:b]
    """
  let refusal = refusal { () throws(Refusal) in
    _ = try IntentDescription(parsing: text, file: "intent.yaml")
  }
  #expect(refusal?.subject == "intent.yaml, line 7, command_line")
}

private let policy = """
  waybill: policy/1
  site: fjord-3
  sealing: none
  egress: full
  removals: approved
  operators: 1
  collections: [Devices]
  scope_ceiling: [site-class:air-gapped]

  """

private let policyFaults: [(old: String, new: String, place: String)] = [
  ("policy/1", "intent/1", "policy.yaml, line 1, waybill"),
  ("fjord-3", "Fjord 3", "policy.yaml, line 2, site"),
  ("sealing: none", "sealing: sometimes", "policy.yaml, line 3, sealing"),
  ("egress: full", "egress: [full]", "policy.yaml, line 4, egress"),
  ("removals: approved", "removals:", "policy.yaml, line 1"),
  ("operators: 1", "operators: 3", "policy.yaml, line 6, operators"),
  ("operators: 1", "operators: 1\noperators: 2", "policy.yaml"),
  ("[Devices]", "Devices", "policy.yaml, line 7, collections"),
  ("[Devices]", "[' Devices']", "policy.yaml, line 7, collections[0]"),
  ("site-class:air-gapped", "air-gapped", "policy.yaml, line 8, scope_ceiling[0]"),
  ("operators", "operaters", "policy.yaml, line 6, operaters"),
  ("removals: approved", "break_glass_days: 366", "policy.yaml, line 5, break_glass_days"),
  ("removals: approved", "approvers: [abc]", "policy.yaml, line 5, approvers[0]"),
  ("removals: approved", "approvals: some", "policy.yaml, line 1"),
]

@Test(arguments: policyFaults)
func aFaultInAPolicyFileIsNamedByFileLineAndField(
  fault: (old: String, new: String, place: String)
) throws {
  _ = try PolicyDescription.policy(parsing: policy, file: "policy.yaml")
  let text = policy.replacing(fault.old, with: fault.new)
  let refusal = refusal { () throws(Refusal) in
    _ = try PolicyDescription.policy(parsing: text, file: "policy.yaml")
  }
  #expect(refusal?.code == "WB6460")
  #expect(refusal?.subject == fault.place)
}

private let intent = """
  waybill: intent/1
  id: tool-lab
  sites: [fjord-3]
  content: tool
  version: 1.0
  program: install
  collection: Devices
  purpose: required
  scope: [a:b]

  """

private let intentFaults: [(old: String, new: String, place: String)] = [
  ("intent/1", "intent/2", "intent.yaml, line 1, waybill"),
  ("tool-lab", "Tool Lab", "intent.yaml, line 2, id"),
  ("[fjord-3]", "[]", "intent.yaml, line 3, sites"),
  ("[fjord-3]", "[fjord-3, fjord-3]", "intent.yaml, line 3, sites"),
  ("[fjord-3]", "[fjord-3, con]", "intent.yaml, line 3, sites[1]"),
  ("content: tool\n", "", "intent.yaml, line 1"),
  ("version: 1.0", "version: ''", "intent.yaml, line 5, version"),
  ("program: install", "program: In Stall", "intent.yaml, line 6, program"),
  ("collection: Devices", "collection: 'a;b'", "intent.yaml, line 7, collection"),
  ("required", "maybe", "intent.yaml, line 8, purpose"),
  ("[a:b]", "[]", "intent.yaml, line 9, scope"),
  ("[a:b]", "[a]", "intent.yaml, line 9, scope[0]"),
  ("scope: [a:b]", "deadline: tomorrow", "intent.yaml, line 9, deadline"),
  ("scope: [a:b]", "scope: [a:b]\nrollback: 1", "intent.yaml, line 10, rollback"),
]

@Test(arguments: intentFaults)
func aFaultInAnIntentFileIsNamedByFileLineAndField(
  fault: (old: String, new: String, place: String)
) throws {
  _ = try IntentDescription(parsing: intent, file: "intent.yaml")
  let text = intent.replacing(fault.old, with: fault.new)
  let refusal = refusal { () throws(Refusal) in
    _ = try IntentDescription(parsing: text, file: "intent.yaml")
  }
  #expect(refusal?.code == "WB6460")
  #expect(refusal?.subject == fault.place)
}
