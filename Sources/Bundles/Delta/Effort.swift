// SPDX-License-Identifier: Apache-2.0

/// How much time making a frame may take. Figures on the reference corpus: docs/adr/0013.
package enum Effort: String, Sendable, CaseIterable {
  case fast, normal, best

  /// Level of Zstandard.
  package var level: Int {
    switch self {
    case .fast: 1
    case .normal: 3
    case .best: 12
    }
  }

  /// Whether every form is tried and the smallest taken.
  var triesAll: Bool { self == .best }

  /// Bytes from one anchor to the next, where the table has room. Compilers align functions at 16.
  var anchorStride: Int {
    switch self {
    case .fast: 32
    case .normal: 16
    case .best: 8
    }
  }

  /// The step from one look-up that finds nothing to the next grows by one after 2 to the power of this many.
  var missesAStep: Int {
    switch self {
    case .fast: 3
    case .normal, .best: Int.bitWidth - 1
    }
  }

  /// Bytes at the end of the reference that literals may repeat. What anchors did not find is short, and found among
  /// strings and tables, which linkers put at the end; reading in the whole reference takes as long as all the rest.
  var literalPrefix: Int {
    switch self {
    case .fast: 0
    case .normal: 4 << 20
    case .best: .max
    }
  }
}
