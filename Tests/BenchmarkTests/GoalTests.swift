import Testing

@testable import benchmarks

struct GoalTests {
  private let own = Measure("burst", .wall, .satisOperator)
  private let other = Measure("burst", .wall, .floor)

  private func results(_ values: [Double], floor: [Double] = [10]) -> Results {
    var results = Results()
    for value in values { results.add(value, own) }
    for value in floor { results.add(value, other) }
    return results
  }

  @Test func `a goal is met at its limit`() {
    let goal = Goal(own, atMost: 1.5, times: other)
    #expect(goal.verdict(results([15])) == .met(1.5))
    #expect(goal.verdict(results([16])) == .broken(1.6))
  }

  @Test func `the median counts, not the worst round`() {
    #expect(Goal(own, atMost: 1, times: other).verdict(results([9, 80, 10])) == .met(1))
  }

  @Test func `a goal without a base is a limit of the value itself`() {
    #expect(Goal(own, atMost: 12).verdict(results([12])) == .met(12))
    #expect(Goal(own, atMost: 12).verdict(results([13])) == .broken(13))
  }

  @Test func `a known miss is told apart from one that is a tenth worse`() {
    let goal = Goal(own, atMost: 1.2, times: other, knownMiss: 2)
    #expect(goal.verdict(results([21])) == .missed(2.1))
    #expect(goal.verdict(results([23])) == .broken(2.3))
    #expect(goal.verdict(results([12])) == .met(1.2))
  }

  @Test func `what was not measured is neither met nor missed`() {
    #expect(Goal(own, atMost: 1, times: other).verdict(results([10], floor: [])) == .open)
    #expect(Goal(own, atMost: 1, times: other).verdict(results([])) == .open)
  }

  @Test func `a new miss decides how the run ends, a known one only where there is no other`() {
    #expect(Goal.status([.open, .met(1)]) == 0)
    #expect(Goal.status([.met(1), .missed(2)]) == 2)
    #expect(Goal.status([.missed(2), .broken(3), .missed(2)]) == 1)
  }

  @Test func `a percentile is a value that was measured`() {
    let values = (1...200).map(Double.init).shuffled()
    #expect(values.percentile(50) == 100)
    #expect(values.percentile(99) == 198)
    #expect([7.0].percentile(99) == 7)
    #expect([Double]().percentile(50) == nil)
  }
}
