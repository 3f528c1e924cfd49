import Synchronization

/// One metric with the numbers of all its label sets.
final class MetricFamily: Sendable {
  /// What a label set has.
  enum Cell: Sendable {
    case number(NumberCell)
    case histogram(HistogramCell)
  }

  /// What every label says in the set that takes the rest.
  static let overflow = "other"

  let description: MetricDescription
  private let maximumLabelSets: Int
  private let cells: Mutex<[[String]: Cell]>

  /// A metric without labels is there at once, at zero.
  init(_ description: MetricDescription, maximumLabelSets: Int) {
    self.description = description
    self.maximumLabelSets = maximumLabelSets
    cells = Mutex(description.labels.isEmpty ? [[]: Self.cell(of: description)] : [:])
  }

  /// The cell of a label set, at zero when it is new.
  ///
  /// Beyond the limit all new ones share a cell: a metric that grows with what strangers send would take the memory of
  /// the process, and of whoever scrapes it.
  ///
  /// - Parameter dimensions: in any order.
  /// - Returns: nil unless these are exactly the labels of the description.
  func cell(_ dimensions: [(String, String)]) -> Cell? {
    guard let values = values(of: dimensions) else { return nil }
    return cells.withLock { cells in
      if let cell = cells[values] { return cell }
      var values = values
      if cells.count >= maximumLabelSets {
        values = Array(repeating: Self.overflow, count: values.count)
        if let cell = cells[values] { return cell }
      }
      let cell = Self.cell(of: description)
      cells[values] = cell
      return cell
    }
  }

  /// Makes these numbers the only ones.
  ///
  /// - Returns: whether all have exactly the labels of the description; those that have not are left out.
  func replace(with samples: some Sequence<([(String, String)], Double)>) -> Bool {
    var replacement: [[String]: Cell] = [:]
    var areRight = true
    for (dimensions, value) in samples {
      guard let values = values(of: dimensions) else {
        areRight = false
        continue
      }
      let cell = NumberCell()
      cell.set(value)
      replacement[values] = .number(cell)
    }
    cells.withLock { $0 = replacement }
    return areRight
  }

  /// Label values and cells, sorted by the values.
  var content: [(values: [String], cell: Cell)] {
    cells.withLock { Array($0) }.map { (values: $0.key, cell: $0.value) }
      .sorted { $0.values.lexicographicallyPrecedes($1.values) }
  }

  private func values(of dimensions: [(String, String)]) -> [String]? {
    let labels = description.labels
    guard dimensions.count == labels.count else { return nil }
    var values: [String] = []
    for label in labels {
      guard let dimension = dimensions.first(where: { $0.0 == label }) else { return nil }
      values.append(dimension.1)
    }
    return values
  }

  private static func cell(of description: MetricDescription) -> Cell {
    switch description.kind {
    case .counter, .gauge: .number(NumberCell())
    case .histogram(let buckets): .histogram(HistogramCell(bounds: buckets))
    }
  }
}
