/// A limit of one figure, absolute or as a multiple of another one.
struct Goal: Sendable {
  let subject: Measure
  let limit: Double
  let base: Measure?
  /// The ratio, or the value, at which the goal was missed when it was last looked at; nil when it is met.
  let knownMiss: Double?

  init(_ subject: Measure, atMost limit: Double, times base: Measure? = nil, knownMiss: Double? = nil) {
    self.subject = subject
    self.limit = limit
    self.base = base
    self.knownMiss = knownMiss
  }

  /// What became of a goal in a run.
  enum Verdict: Sendable, Equatable {
    /// Not measured in this run.
    case open
    case met(Double)
    /// Missed as it is marked.
    case missed(Double)
    /// Missed, and that is news.
    case broken(Double)
  }

  func verdict(_ results: Results) -> Verdict {
    guard let value = results.median(subject) else { return .open }
    var measured = value
    if let base {
      guard let other = results.median(base), other > 0 else { return .open }
      measured = value / other
    }
    if measured <= limit { return .met(measured) }
    guard let knownMiss, measured <= knownMiss * 1.1 else { return .broken(measured) }
    return .missed(measured)
  }

  /// How a run ends: 0, 1 for a goal that is missed anew, 2 for known misses only.
  static func status(_ verdicts: [Verdict]) -> Int32 {
    var status: Int32 = 0
    for verdict in verdicts {
      switch verdict {
      case .open, .met: continue
      case .missed: if status == 0 { status = 2 }
      case .broken: status = 1
      }
    }
    return status
  }

  /// The goal in words.
  var name: String {
    let name = "\(subject.scenario): \(subject.quantity.rawValue)"
    guard let base else { return "\(name), \(subject.contender.rawValue)" }
    let other = base.scenario == subject.scenario ? base.contender.rawValue : base.scenario
    return "\(name), \(subject.contender.rawValue) / \(other)"
  }

  /// A ratio, or a value in its unit.
  func text(_ value: Double) -> String {
    base == nil ? subject.quantity.text(value) : "\(value.rounded(2))"
  }
}
