/// What is measured, and in which unit it is told.
enum Quantity: String, CaseIterable, Sendable {
  case wall = "time until all are Running"
  case cpu = "CPU time of the process"
  case peakResident = "peak resident memory"
  case peakAnonymous = "peak anonymous memory"
  case firstDecision = "start to first decision"
  case resident = "resident memory"
  case anonymous = "anonymous memory"
  case perBuild = "resident memory per build"
  case median = "p50"
  case slowest = "p99"
  case medianOfRequests = "p50 of all requests"
  case slowestOfRequests = "p99 of all requests"
  case requests = "requests but renewals"
  case cpuShare = "CPU of a core"
  case each = "time for each build stored"
  case slowestRefusal = "p99 of the refusals"
  case refused = "share of the calls refused"
  case missing = "promised and not stored"

  /// A figure for people; times are in seconds and sizes in bytes.
  func text(_ value: Double) -> String {
    switch self {
    case .wall, .cpu, .firstDecision: "\(value.rounded(2)) s"
    case .peakResident, .peakAnonymous, .resident, .anonymous: "\((value / 1_048_576).rounded(1)) MB"
    case .perBuild: "\((value / 1_024).rounded(2)) kB"
    case .median, .slowest, .medianOfRequests, .slowestOfRequests, .slowestRefusal:
      "\((value * 1_000).rounded(1)) ms"
    case .each: "\((value * 1_000).rounded(3)) ms"
    case .requests, .missing: "\(value.rounded(1))"
    case .cpuShare: "\((value * 100).rounded(3)) %"
    case .refused: "\((value * 100).rounded(1)) %"
    }
  }
}

/// One cell of the table.
struct Measure: Hashable, Sendable {
  var scenario: String
  var quantity: Quantity
  var contender: Contender

  init(_ scenario: String, _ quantity: Quantity, _ contender: Contender) {
    self.scenario = scenario
    self.quantity = quantity
    self.contender = contender
  }
}

/// All that was measured, round by round.
struct Results: Sendable {
  private var rounds: [Measure: [Double]] = [:]
  /// The scenarios in the order in which they ran.
  private(set) var scenarios: [String] = []
  /// Requests to the API server for each build, by scenario and contender.
  private(set) var requests: [(scenario: String, contender: Contender, counts: [String: Double])] = []

  mutating func add(_ value: Double, _ measure: Measure) {
    if !scenarios.contains(measure.scenario) { scenarios.append(measure.scenario) }
    rounds[measure, default: []].append(value)
  }

  mutating func add(requests: [String: Int], for builds: Int, _ scenario: String, _ contender: Contender) {
    // One round is as good as another.
    guard !self.requests.contains(where: { $0.scenario == scenario && $0.contender == contender }) else {
      return
    }
    self.requests.append((scenario, contender, requests.mapValues { Double($0) / Double(builds) }))
  }

  /// The median of the rounds; nil where nothing was measured.
  func median(_ measure: Measure) -> Double? {
    rounds[measure].flatMap { $0.percentile(50) }
  }
}

extension [Double] {
  /// The value that so many percent do not exceed (nearest rank); nil of nothing.
  func percentile(_ percent: Int) -> Double? {
    guard !isEmpty else { return nil }
    let rank = (count * percent + 99) / 100
    return sorted()[Swift.max(0, Swift.min(count, rank) - 1)]
  }
}

extension Double {
  /// Rounded to so many decimal places.
  func rounded(_ places: Int) -> Double {
    let factor = (0..<places).reduce(1.0) { factor, _ in factor * 10 }
    return (self * factor).rounded() / factor
  }
}
