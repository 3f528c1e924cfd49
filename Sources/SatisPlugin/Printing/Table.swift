/// Rows in columns, as kubectl prints them: upper-case headings, three spaces between columns, nothing behind the last.
public struct Table: Sendable, CustomStringConvertible {
  /// The first line.
  public let headings: [String]
  /// The lines below it, each with a cell for each heading.
  public private(set) var rows: [[String]] = []

  /// Begins a table without rows.
  public init(_ headings: String...) {
    self.headings = headings
  }

  /// Adds a row.
  ///
  /// Cells that are missing at its end stay empty; more cells than headings are cut off.
  public mutating func append(_ cells: [String]) {
    let missing = max(0, headings.count - cells.count)
    rows.append(cells.prefix(headings.count) + Array(repeating: "", count: missing))
  }

  /// The whole table, without a line feed at its end.
  public var description: String {
    let widths = widths
    return ([headings] + rows).map { Self.line($0, widths) }.joined(separator: "\n")
  }

  /// A further row, in columns as wide as those of the table or wider.
  public func line(_ cells: [String]) -> String { Self.line(cells, widths) }

  private var widths: [Int] {
    headings.indices.map { column in ([headings] + rows).map { $0[column].count }.max() ?? 0 }
  }

  private static func line(_ cells: [String], _ widths: [Int]) -> String {
    let padded = zip(cells, widths).map { cell, width in
      cell + String(repeating: " ", count: max(0, width - cell.count))
    }
    let line = padded.joined(separator: "   ")
    return String(line.reversed().drop { $0 == " " }.reversed())
  }
}
