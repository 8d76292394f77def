// SPDX-License-Identifier: Apache-2.0
import Intents
import Site
import Terminal
import Trust

extension BundleOutcome {
  /// For people.
  var line: String {
    let name = number.map { "bundle \($0)" } ?? "papers"
    let whose = site.map { " for \($0)" } ?? ""
    let why = refusal.map { ": \($0.code) \($0)" } ?? ""
    return "\(name)\(whose): \(state.rawValue)\(why)"
  }

  var json: JSONValue {
    let exit = refusal?.exit ?? .done
    var members: [(String, JSONValue)] = [
      ("state", .string(state.rawValue)), ("exit", .integer(Int64(exit.rawValue))),
    ]
    if let number { members.append(("n", .integer(number))) }
    if let site { members.append(("site", .string(site))) }
    if let fingerprint { members.append(("fingerprint", .string(fingerprint.hex))) }
    if let refusal {
      members.append(("code", .string(refusal.code)))
      members.append(("seen", .string(refusal.seen)))
      members.append(("expected", .string(refusal.expected)))
    }
    return .object(JSONObject(members))
  }
}
