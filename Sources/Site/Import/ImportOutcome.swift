// SPDX-License-Identifier: Apache-2.0
package import Bundles
package import Intents

/// What became of one bundle, or one set of papers, that lay on the medium.
package struct BundleOutcome: Sendable {
  package enum State: String, Sendable {
    case taken, planned, repeated, superseded, foreign, refused, ignored
  }

  /// As the papers say; nil when they cannot be read.
  package let site: String?
  package let number: Int64?
  package let fingerprint: Digest?
  package var state: State
  package var refusal: Refusal?

  package init(
    site: String?, number: Int64?, fingerprint: Digest?, state: State, refusal: Refusal? = nil
  ) {
    self.site = site
    self.number = number
    self.fingerprint = fingerprint
    self.state = state
    self.refusal = refusal
  }
}

/// What an import ended with.
package struct ImportOutcome: Sendable {
  package var bundles: [BundleOutcome] = []
  /// What was met on the way and stopped nothing, each a line for people.
  package var notes: [String] = []
  package var plan: Plan?
  package var applied: ApplyOutcome?
  /// The refusal that explains `exit`.
  package var refusal: Refusal?
  package var exit: ExitCode = .done
  /// For people: what the whole run changed.
  package var changed = "nothing"

  package init() {}
}

/// Whom an import tells what it does.
package struct ImportVoice {
  /// One line of the story.
  package let say: (String) -> Void
  /// How far long work is, in bytes.
  package let progress: PhaseProgress

  package init(
    say: @escaping (String) -> Void, progress: @escaping PhaseProgress
  ) {
    self.say = say
    self.progress = progress
  }

  /// Says nothing.
  package static var silent: ImportVoice { ImportVoice(say: { _ in }, progress: { _, _, _ in }) }
}
