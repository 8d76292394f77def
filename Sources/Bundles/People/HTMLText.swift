// SPDX-License-Identifier: Apache-2.0

/// Text from anywhere as text of a page, and nothing else (H24).
package enum HTMLText {
  /// Escapes markup; control characters and marks that turn the direction of text become visible.
  package static func escape(_ text: String) -> String {
    var result = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "\"": result += "&quot;"
      case "'": result += "&#39;"
      default:
        if isHidden(scalar) {
          result += "[U+\(String(scalar.value, radix: 16, uppercase: true))]"
        } else {
          result.unicodeScalars.append(scalar)
        }
      }
    }
    return result
  }

  private static func isHidden(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.properties.generalCategory {
    case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .privateUse,
      .unassigned:
      true
    default: false
    }
  }
}
