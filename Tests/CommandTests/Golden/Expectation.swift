// SPDX-License-Identifier: Apache-2.0
import Intents

/// What a golden bundle is met with: the `.expect` file beside it (`bundles/README.md`).
struct Expectation: Equatable {
  /// What happens, in one line that begins with the ids of the case.
  var about: String
  /// Program, command and options; the medium goes last.
  var run = Expectation.imports
  /// The vector whose bundle lies on the medium; its own folder's files take the place of those of that name.
  var bundle: String?
  /// Files of that bundle that do not.
  var without: [String] = []
  /// What the folder on the medium is called.
  var folder = "fjord-3.out.000001"
  /// What the host's clock says.
  var at = "2026-11-02T00:00:00Z"
  /// Whose agent meets it.
  var site = "fjord-3"
  /// Vectors that were taken before, in this order.
  var after: [String] = []
  var exit = 0
  /// Nil when nothing is refused.
  var code: String?
  /// Texts that stand in what the program prints with `--json`.
  var finds: [String] = []
  /// SHA-256 of files that are delivered then.
  var holds: [String] = []
  /// SHA-256 of files that the bundle does not carry.
  var lacks: [String] = []

  static let imports = "waybill-site import"
  static let ingests = "waybill-centre ingest"
  static let checks = "waybill-courier check --key keys/courier.pub"

  /// Every line but the first is `field: value`; a field that may occur more than once has one line for each.
  var text: String {
    var lines = ["# \(about)", "run: \(run)"]
    if let bundle { lines.append("bundle: \(bundle)") }
    lines += without.map { "without: \($0)" }
    lines += ["folder: \(folder)", "at: \(at)", "site: \(site)"]
    lines += after.map { "after: \($0)" }
    lines.append("exit: \(exit)")
    if let code { lines.append("code: \(code)") }
    lines += finds.map { "finds: \($0)" } + holds.map { "holds: \($0)" }
    lines += lacks.map { "lacks: \($0)" }
    return lines.joined(separator: "\n") + "\n"
  }

  /// What is wrong with a file.
  struct Fault: Error { let line: String }

  init(about: String) { self.about = about }

  init(parsing text: String) throws {
    let lines = text.split(separator: "\n", omittingEmptySubsequences: true).map(String.init)
    guard let first = lines.first, first.hasPrefix("# ") else {
      throw Fault(line: lines.first ?? "")
    }
    about = String(first.dropFirst(2))
    for line in lines.dropFirst() {
      guard let colon = line.firstIndex(of: ":"), line[colon...].hasPrefix(": ") else {
        throw Fault(line: line)
      }
      let value = String(line[colon...].dropFirst(2))
      switch line[..<colon] {
      case "run": run = value
      case "bundle": bundle = value
      case "without": without.append(value)
      case "folder": folder = value
      case "at": at = value
      case "site": site = value
      case "after": after.append(value)
      case "exit": exit = Int(value) ?? -1
      case "code": code = value
      case "finds": finds.append(value)
      case "holds": holds.append(value)
      case "lacks": lacks.append(value)
      default: throw Fault(line: line)
      }
    }
  }
}
