// SPDX-License-Identifier: Apache-2.0
import Centre
import Intents

extension FuzzTarget {
  /// What people write for the centre in YAML: content, intent, policy.
  static let configuration = FuzzTarget("configuration", seeds: { Samples.configurations }) {
    bytes in
    let text = String(decoding: bytes, as: UTF8.self)
    do {
      _ = try ContentDescription(parsing: text, file: "content.yaml")
    } catch is Refusal {
      do {
        _ = try IntentDescription(parsing: text, file: "intent.yaml")
      } catch is Refusal {
        _ = try PolicyDescription.policy(parsing: text, file: "policy.yaml")
      }
    }
  }
}
