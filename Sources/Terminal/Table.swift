// SPDX-License-Identifier: Apache-2.0

/// Columns of text, aligned, for people.
package struct Table {
  private let head: [String]
  private var rows: [[String]] = []

  package init(_ head: String...) { self.head = head }

  package mutating func add(_ cells: String...) { rows.append(cells.map(Escaping.visible)) }

  /// The head and one line a row; no line at all without rows.
  package var lines: [String] {
    if rows.isEmpty { return [] }
    let all = [head] + rows
    let widths = head.indices.map { column in all.map { $0[column].count }.max() ?? 0 }
    return all.map { row in
      let cells = zip(row, widths).map { cell, width in
        cell + String(repeating: " ", count: width - cell.count)
      }
      var line = cells.joined(separator: "  ")
      while line.hasSuffix(" ") { line.removeLast() }
      return line
    }
  }
}
