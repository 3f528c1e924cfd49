extension MetricsRegistry {
  /// The type of what `exposition` returns.
  public static let contentType = "text/plain; version=0.0.4; charset=utf-8"

  /// Everything measured up to now, as Prometheus reads it; sorted, so that two of them can be compared.
  ///
  /// Source: Prometheus' documentation, "Exposition formats", text format 0.0.4.
  public func exposition() -> String {
    var text = ""
    for family in collect() { text.append(family) }
    return text
  }
}

extension String {
  fileprivate mutating func append(_ family: MetricFamily) {
    let description = family.description
    self += "# HELP \(description.name) \(description.help.escaped(quotes: false))\n"
    self += "# TYPE \(description.name) \(description.kind.word)\n"
    for (values, cell) in family.content {
      let labels = zip(description.labels, values).map { "\($0)=\"\($1.escaped(quotes: true))\"" }
      switch cell {
      case .number(let cell): append(description.name, labels, cell.value)
      case .histogram(let cell): append(description.name, labels, cell)
      }
    }
  }

  private mutating func append(_ name: String, _ labels: [String], _ cell: HistogramCell) {
    let content = cell.content
    var count: UInt64 = 0
    for (bound, inBucket) in zip(cell.bounds + [.infinity], content.counts) {
      count += inBucket
      append("\(name)_bucket", labels + ["le=\"\(bound.metricText)\""], Double(count))
    }
    append("\(name)_sum", labels, content.sum)
    append("\(name)_count", labels, Double(count))
  }

  private mutating func append(_ name: String, _ labels: [String], _ value: Double) {
    self += name
    if !labels.isEmpty { self += "{\(labels.joined(separator: ","))}" }
    self += " \(value.metricText)\n"
  }

  /// - Parameter quotes: whether the text stands between quotes.
  fileprivate func escaped(quotes: Bool) -> String {
    guard utf8.contains(where: { $0 == 0x5C || $0 == 0x0A || (quotes && $0 == 0x22) }) else { return self }
    var result = ""
    // Not by characters: CR and LF are one, in which the LF would be missed.
    for scalar in unicodeScalars {
      switch scalar {
      case "\\": result += "\\\\"
      case "\n": result += "\\n"
      case "\"" where quotes: result += "\\\""
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result
  }
}

extension Double {
  /// As Go reads numbers, whole ones without a fraction.
  var metricText: String {
    if isNaN { return "NaN" }
    if isInfinite { return self < 0 ? "-Inf" : "+Inf" }
    return Int64(exactly: self).map(String.init) ?? "\(self)"
  }
}

extension MetricDescription.Kind {
  /// The word of the format.
  var word: String {
    switch self {
    case .counter: "counter"
    case .gauge: "gauge"
    case .histogram: "histogram"
    }
  }
}
