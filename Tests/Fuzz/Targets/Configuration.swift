// SPDX-License-Identifier: Apache-2.0
import Centre
import Intents

extension FuzzTarget {
  /// What people write for the centre in YAML: content, intent, policy.
  static let configuration = FuzzTarget("configuration", seeds: { Samples.configurations }) {
    bytes in
    let text = String(decoding: bytes, as: UTF8.self)
    if text.contains("policy/1") {
      _ = try PolicyDescription.policy(parsing: text, file: "policy.yaml")
    } else if text.contains("intent/1") {
      _ = try IntentDescription(parsing: text, file: "intent.yaml")
    } else {
      _ = try ContentDescription(parsing: text, file: "content.yaml")
    }
  }
}
