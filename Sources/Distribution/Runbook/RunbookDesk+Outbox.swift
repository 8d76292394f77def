// SPDX-License-Identifier: Apache-2.0
import Bundles
import Intents
import SystemPackage

extension RunbookDesk {
  /// Writes the next script, unless the newest one holds all that is open.
  func issue() throws(Refusal) {
    var isOpen = false
    for step in wanted where try answer(to: step.key) == nil { isOpen = true }
    guard isOpen else { return try withdraw(newest) }
    if let newest {
      let again = try RunbookScript(RunbookPlan(header, number: newest.number, steps: wanted))
      if IssuedRunbook(again) == newest { return try place(again) }
    }
    let script = try RunbookScript(
      RunbookPlan(header, number: (newest?.number ?? 0) + 1, steps: wanted))
    let issued = IssuedRunbook(script)
    try memory.remember(issued)
    try withdraw(newest)
    newest = issued
    try place(script)
  }

  /// Whether the script that lies in the outbox does all that is open.
  func isIssued() throws(Refusal) -> Bool {
    guard let newest, FileQuery.status(outbox.appending(newest.scriptName)) != nil else {
      return false
    }
    var isOpen = false
    for step in wanted where try answer(to: step.key) == nil {
      isOpen = true
      let fingerprint = try ScriptedStep(step).fingerprint
      let isHeld = newest.steps.contains { $0.key == step.key && $0.fingerprint == fingerprint }
      guard isHeld else { return false }
    }
    return isOpen
  }

  /// Temporary name, sync, rename: what lies in the outbox is whole. One that is there is left alone.
  private func place(_ script: RunbookScript) throws(Refusal) {
    newestScript = script
    let path = outbox.appending(script.fileName)
    if FileQuery.status(path)?.length == Int64(script.bytes.count) { return }
    try LibraryFailure.atPoint { () throws(Refusal) in
      try DurableFile.makeFolder(outbox)
      try DurableFile.write(
        script.bytes, to: path, permissions: [.ownerReadWrite, .groupRead])
    }
  }

  private func withdraw(_ issued: IssuedRunbook?) throws(Refusal) {
    guard let issued else { return }
    try LibraryFailure.atPoint { () throws(Refusal) in
      try DurableFile.unlinkIfPresent(outbox.appending(issued.scriptName))
    }
  }
}
