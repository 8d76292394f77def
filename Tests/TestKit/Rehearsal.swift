// SPDX-License-Identifier: Apache-2.0
import SystemPackage
import Trust

/// A rehearsal centre and its sites in one temporary folder, driven through the real programs.
package final class Rehearsal: Sendable {
  package let scratch: Scratch
  package let centre = BuiltProgram("waybill-centre")
  package let site = BuiltProgram("waybill-site")

  package init() throws { scratch = try Scratch() }

  package static let collection = "Air-Gapped-Site-1-Devices"

  /// A command of the centre with `--json`, in its state folder.
  package func centre(_ arguments: String...) throws -> BuiltProgram.Run {
    try centre.run(arguments + ["--json", "--state", scratch["centre"].string])
  }

  /// A command of the site `id` with `--json`, in its state folder.
  package func site(_ id: String, _ arguments: String...) throws -> BuiltProgram.Run {
    try site.run(arguments + ["--json", "--state", scratch["site-\(id)"].string])
  }

  /// A medium: a folder in the temporary folder, made when it is not there.
  package func medium(_ name: String = "medium") throws -> String {
    try scratch.folder(name).string
  }

  /// Makes the centre and the site, enrols it and signs its policy; every step must end with 0.
  ///
  /// - Parameters:
  ///   - sealing: what the policy says of it.
  ///   - more: further arguments of the site's `init`.
  package func setUp(
    site id: String = "fjord-3", sealing: String = "none", _ more: String...
  ) throws {
    if scratch.isMissing("centre") { try expectDone(try centre("init", "--rehearsal")) }
    let root = try centre("root", "show", "--to", scratch["root.json"].string)
    try expectDone(root)
    try expectDone(
      try site.run(
        [
          "init", "--site", id, "--root", scratch["root.json"].string, "--rehearsal",
          "--fingerprint", root.text("root_fingerprint") ?? "", "--library",
          scratch["library-\(id)"].string, "--json", "--state", scratch["site-\(id)"].string,
        ] + more))
    let enrolment = scratch["\(id).enrolment.json"].string
    let enrolled = try site(id, "enrol", "--to", enrolment)
    try expectDone(enrolled)
    try expectDone(
      try centre(
        "site", "add", enrolment, "--fingerprint", enrolled.text("fingerprint") ?? ""))
    try expectDone(try applyPolicy(site: id, sealing: sealing))
    try expectDone(try centre("policy", "sign"))
    try scratch.write(
      "library-\(id)/devices.ndjson",
      """
      {"collections":["\(Rehearsal.collection)"],"device":"PC-001","exit_code":0}
      {"collections":["\(Rehearsal.collection)"],"device":"PC-002","exit_code":1603}
      {"collections":["\(Rehearsal.collection)"],"device":"PC-003","state":"offline"}

      """)
  }

  package func applyPolicy(
    site id: String, egress: String = "full", sealing: String = "none", operators: Int = 1,
    breakGlassDays: Int = 0
  ) throws -> BuiltProgram.Run {
    let file = try scratch.write(
      "policy-\(id).yaml",
      """
      waybill: policy/1
      site: \(id)
      sealing: \(sealing)
      egress: \(egress)
      removals: approved
      operators: \(operators)
      break_glass_days: \(breakGlassDays)
      collections: [\(Rehearsal.collection)]
      scope_ceiling: [site-class:air-gapped]

      """)
    return try centre("policy", "apply", "-f", file.string)
  }

  /// Adds and releases a content version made of `files`, and makes it desired at `sites`.
  package func release(
    _ name: String = "tool", version: String, counter: Int, files: [String: [UInt8]],
    to sites: [String] = ["fjord-3"], isCritical: Bool = false
  ) throws {
    try add(
      name, version: version, counter: counter, files: files, isCritical: isCritical)
    try expectDone(try centre("content", "release"))
    try expectDone(try applyIntent(name, version: version, to: sites))
  }

  /// Adds a content version made of `files`.
  package func add(
    _ name: String = "tool", version: String, counter: Int, files: [String: [UInt8]],
    isCritical: Bool = false
  ) throws {
    let folder = "source-\(name)-\(version)"
    for (path, bytes) in files { try scratch.write("\(folder)/\(path)", bytes) }
    let manifest = try scratch.write(
      "content-\(name)-\(version).yaml",
      """
      waybill: content/1
      name: \(name)
      version: \(version)
      counter: \(counter)
      publisher_scope: [site-class:air-gapped]
      programs:
        - name: install
          command_line: install.cmd /quiet
          critical: \(isCritical)
          detection:
            - {kind: file, path: 'C:\\Program Files\\\(name)\\\(name).exe'}

      """)
    try expectDone(
      try centre("content", "add", scratch[folder].string, "--manifest", manifest.string))
  }

  package func applyIntent(
    _ name: String, version: String, to sites: [String], isRollback: Bool = false
  ) throws -> BuiltProgram.Run {
    let file = try scratch.write(
      "intent-\(name).yaml",
      """
      waybill: intent/1
      id: \(name)
      sites: [\(sites.joined(separator: ", "))]
      content: \(name)
      version: \(version)
      program: install
      collection: \(Rehearsal.collection)
      purpose: required
      scope: [site-class:air-gapped]
      rollback: \(isRollback)

      """)
    return try centre("intent", "apply", "-f", file.string)
  }

  /// What a failed step of the set-up throws: its output.
  package struct Failure: Error, CustomStringConvertible {
    package let description: String
  }

  package func expectDone(_ run: BuiltProgram.Run) throws {
    guard run.exit == 0 else {
      throw Failure(description: "exit \(run.exit): \(run.output) \(run.errors)")
    }
  }
}

extension Scratch {
  package func isMissing(_ name: String) -> Bool { (try? Files.names(in: self[name])) == nil }
}
