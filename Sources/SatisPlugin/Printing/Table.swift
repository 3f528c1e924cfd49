/// Rows in columns, as kubectl prints them: upper-case headings, three spaces between columns, nothing behind the last.
public struct Table: Sendable, CustomStringConvertible {
  public let headings: [String]
  public private(set) var rows: [[String]] = []

  public init(_ headings: String...) {
    self.headings = headings
  }

  /// Adds a row. Cells that are missing at its end stay empty; more cells than headings are cut off.
  public mutating func append(_ cells: [String]) {
    let missing = max(0, headings.count - cells.count)
    rows.append(cells.prefix(headings.count) + Array(repeating: "", count: missing))
  }

  public var description: String {
    let lines = [headings] + rows
    let widths = headings.indices.map { column in lines.map { $0[column].count }.max() ?? 0 }
    return lines.map { cells in
      let padded = zip(cells, widths).map { cell, width in
        cell + String(repeating: " ", count: width - cell.count)
      }
      let line = padded.joined(separator: "   ")
      return String(line.reversed().drop { $0 == " " }.reversed())
    }.joined(separator: "\n")
  }
}
