/// An invariant that did not hold.
struct Violation: Sendable {
  var invariant: Invariant
  var time: VirtualTime
  var message: String
}

/// What must hold in every run; the numbers are those of the design.
enum Invariant: String, CaseIterable, Sendable {
  case oneWriter = "1 one writer"
  case noPushLost = "2 no push is lost"
  case oneEnd = "3 one end"
  case noDoubleWork = "4 no double work"
  case fairness = "5 nothing waits for ever"
  case wholeOrNot = "6 whole or not at all"
  case noLeak = "7 nothing leaks"
  case attempts = "9 attempts are counted"
}
