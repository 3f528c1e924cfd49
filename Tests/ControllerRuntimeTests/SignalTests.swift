import Testing

@testable import ControllerRuntime

@Suite(.timeLimit(.minutes(1))) struct SignalTests {
  private let signal = Signal()
  private let clock = ContinuousClock()

  @Test func `a signal that nobody waits for is kept for the next one`() async {
    signal.send()
    await signal.wait(until: nil, clock: clock)
  }

  @Test func `several signals before a wait are one`() async {
    signal.send()
    signal.send()
    await signal.wait(until: nil, clock: clock)
    let soon = clock.now.advanced(by: .milliseconds(20))
    await signal.wait(until: soon, clock: clock)
    #expect(clock.now >= soon)
  }

  @Test func `a signal wakes the one who waits`() async {
    await withTaskGroup { group in
      group.addTask { await signal.wait(until: nil, clock: clock) }
      await Task.yield()
      signal.send()
    }
  }

  @Test func `a wait ends at its time`() async {
    let soon = clock.now.advanced(by: .milliseconds(10))
    await signal.wait(until: soon, clock: clock)
    #expect(clock.now >= soon)
  }

  @Test func `a time that is past ends the wait at once`() async {
    await signal.wait(until: clock.now.advanced(by: .seconds(-1)), clock: clock)
  }

  @Test func `a signal ends a wait before its time`() async {
    signal.send()
    await signal.wait(until: clock.now.advanced(by: .seconds(3_600)), clock: clock)
  }

  @Test func `cancelling ends a wait, begun or not`() async {
    let waiting = Task { await signal.wait(until: nil, clock: clock) }
    await Task.yield()
    waiting.cancel()
    await waiting.value
    let timed = Task { await signal.wait(until: clock.now.advanced(by: .seconds(3_600)), clock: clock) }
    timed.cancel()
    await timed.value
  }

  @Test func `no signal is lost between one who sends and one who waits`() async {
    await withTaskGroup { group in
      let (acknowledged, continuation) = AsyncStream<Int>.makeStream()
      group.addTask {
        for round in 0..<5_000 {
          await signal.wait(until: nil, clock: clock)
          continuation.yield(round)
        }
        continuation.finish()
      }
      signal.send()
      for await round in acknowledged where round < 4_999 { signal.send() }
    }
  }
}
