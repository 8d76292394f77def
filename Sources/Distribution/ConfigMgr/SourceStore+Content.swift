// SPDX-License-Identifier: Apache-2.0
import Bundles
import Intents

extension SourceStore {
  /// The folder that has the content, whole as far as presence and size tell; a new one when there is none.
  /// And how many files of the old one were wrong.
  func landed(
    _ request: ContentRequest, _ check: SourceCheck
  ) throws(Refusal) -> (SourceRecord, Int64) {
    var wrong: Int64 = 0
    for record in try records().reversed() where record.manifest == request.manifest {
      let defects = try defects(of: record)
      if defects == 0, record.files == check.files { return (record, 0) }
      wrong = max(wrong, defects)
    }
    return (try land(request, check), wrong)
  }

  /// The name of the folder that `landed` answers, or would make.
  func folder(of manifest: Digest) throws(Refusal) -> String {
    for record in try records().reversed() where record.manifest == manifest {
      if try defects(of: record) == 0 { return record.folder }
    }
    return try freeName(for: manifest)
  }

  /// Hashes every landed file; what is damaged is noted, and held no longer.
  func recheck(_ progress: @escaping PhaseProgress) throws(Refusal) -> PointRecheck {
    let records = try records()
    let total = records.reduce(0) { $0 + $1.files.reduce(0) { $0 + $1.length } }
    let meter = PhaseMeter("hashing", of: total, progress)
    let hash = FileHash()
    var files: Int64 = 0
    var damaged: Set<Digest> = []
    var unsound: Set<Digest> = []
    var texts: [String] = []
    for record in records {
      var wrong: Set<Digest> = []
      for file in record.files {
        try Interruption.check()
        files += 1
        let seen = try hash.file(path(of: file, in: record.folder), counted: meter)
        if seen?.digest == file.digest { continue }
        wrong.insert(file.digest)
        texts.append("\(record.folder)/\(file.path): \(seen == nil ? "missing" : "other bytes")")
      }
      guard !wrong.isEmpty else { continue }
      try note(damaged: wrong, in: record.folder)
      damaged.formUnion(wrong)
      unsound.insert(record.manifest)
    }
    meter.finish()
    return PointRecheck(
      files: files, bytes: total, damaged: damaged.sorted(), unsound: unsound,
      findings: Int64(texts.count), texts: Array(texts.prefix(DistributionLimits.findings)))
  }
}
