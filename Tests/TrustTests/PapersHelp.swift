// SPDX-License-Identifier: Apache-2.0
import Intents
import TestKit
import Testing
import Trust

/// A site that imports: the state it keeps, and its clock.
struct ReadingSite {
  var state: TrustState
  var clock: Instant
  var id: SiteID

  init(of centre: PapersForge, clock: Instant? = nil) throws {
    state = try centre.freshState()
    self.clock = clock ?? centre.now
    id = centre.site
  }

  /// Verifies and keeps what is to be kept, as a site does.
  mutating func take(_ papers: PapersMetadata, confirmed: Instant? = nil) -> PapersVerification {
    let result = verify(papers, for: id, against: state, clock: clock, confirmed: confirmed)
    state = result.state
    return result
  }

  mutating func take(_ centre: PapersForge, confirmed: Instant? = nil) throws -> PapersVerification
  {
    take(try centre.papers(), confirmed: confirmed)
  }
}

extension PapersVerification {
  /// The code of the refusal, or `done`.
  var code: String {
    switch outcome {
    case .success: "done"
    case .failure(let refusal): refusal.code
    }
  }

  var refusal: Refusal? {
    if case .failure(let refusal) = outcome { refusal } else { nil }
  }

  func papers() throws -> VerifiedPapers { try outcome.get() }
}

extension PapersMetadata {
  /// The papers with one file changed.
  static func changing(
    _ centre: PapersForge, _ name: String, to bytes: [UInt8]?, named newName: String? = nil
  ) throws -> PapersMetadata {
    var files = try centre.files().filter { $0.name != name }
    if let bytes { files.append((newName ?? name, bytes)) }
    return try PapersMetadata(files: files)
  }
}

/// A moment, for tests.
func at(_ text: String) -> Instant {
  guard let instant = Instant(text) else { preconditionFailure("\(text) is no moment") }
  return instant
}
