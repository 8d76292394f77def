// SPDX-License-Identifier: Apache-2.0

/// How much the keys of a file must hold together before the file is read. docs/adr/0007.
package enum KeyRules: Sendable {
  /// Our own papers: a key id is the SHA-256 of its key, and a threshold is one that the keys can meet.
  case papers
  /// A repository of others: a key id names one key, whatever it was computed from, and a threshold that
  /// cannot be met is not met when it is counted.
  case repository
}
