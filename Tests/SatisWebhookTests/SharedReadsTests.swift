import KubernetesClient
import Synchronization
import Testing

@testable import SatisWebhook

@Suite(.timeLimit(.minutes(1))) struct SharedReadsTests {
  private let key = NamespacedName(namespace: "satis", name: "packages")

  /// A source that counts, and answers when it is told to.
  fileprivate final class Source: Sendable {
    /// Whether it ends when its task is cancelled.
    let heedsCancellation: Bool
    let asked = AsyncStream<Int>.makeStream()
    private let answers = Mutex<[CheckedContinuation<Result<Int, KubernetesError>, Never>]>([])
    private let count = Mutex(0)

    init(heedsCancellation: Bool = true) {
      self.heedsCancellation = heedsCancellation
    }

    func read() async throws(KubernetesError) -> Int {
      let result = await withTaskCancellationHandler {
        await withCheckedContinuation { continuation in
          answers.withLock { $0.append(continuation) }
          asked.continuation.yield(
            count.withLock {
              $0 += 1
              return $0
            })
        }
      } onCancel: {
        guard heedsCancellation else { return }
        answer(.failure(KubernetesError(request: "read", cause: .cancelled)))
      }
      return try result.get()
    }

    func answer(_ result: Result<Int, KubernetesError>) {
      let waiting = answers.withLock { answers in
        defer { answers = [] }
        return answers
      }
      for waiter in waiting { waiter.resume(returning: result) }
    }
  }

  private let source = Source()
  private let reads: SharedReads<Int>

  init() {
    reads = SharedReads { [source] _ throws(KubernetesError) in try await source.read() }
  }

  @Test func `a call that comes during a read waits for the next one, which is for all of them`() async throws
  {
    var asked = source.asked.stream.makeAsyncIterator()
    async let first = reads.read(key)
    #expect(await asked.next() == 1)
    async let others = withThrowingTaskGroup(of: Int.self) { group in
      for _ in 0..<10 { group.addTask { try await reads.read(key) } }
      return try await group.reduce(into: []) { $0.append($1) }
    }
    while reads.waiting(for: key) < 11 { await Task.yield() }
    source.answer(.success(1))
    let early = try await first
    #expect(early == 1)
    #expect(await asked.next() == 2)
    source.answer(.success(2))
    let late = try await others
    #expect(late == Array(repeating: 2, count: 10))
    #expect(reads.waiting(for: key) == 0)
  }

  @Test(arguments: [Duration.zero, .seconds(1)])
  func `a failure is told to all who wait, and the next one asks anew`(lifetime: Duration) async throws {
    let reads = StandingClock().reads(from: source, lifetime: lifetime)
    var asked = source.asked.stream.makeAsyncIterator()
    let failing = Task { try await reads.read(key) }
    _ = await asked.next()
    source.answer(.failure(KubernetesError(request: "read", cause: .status(.init(code: 503)))))
    await #expect(throws: KubernetesError.self) { try await failing.value }
    async let next = reads.read(key)
    #expect(await asked.next() == 2)
    source.answer(.success(2))
    let value = try await next
    #expect(value == 2)
  }

  @Test func `whoever is cancelled waits no longer, and the others go on waiting`() async throws {
    var asked = source.asked.stream.makeAsyncIterator()
    let impatient = Task { try await reads.read(key) }
    _ = await asked.next()
    let patient = Task { try await reads.read(key) }
    while reads.waiting(for: key) < 2 { await Task.yield() }
    // The read ends with the last one who waited for it, and the next one begins.
    impatient.cancel()
    await #expect(throws: KubernetesError.self) { try await impatient.value }
    #expect(await asked.next() == 2)
    source.answer(.success(2))
    let value = try await patient.value
    #expect(value == 2)
  }

  @Test func `a call that was cancelled before asks nothing`() async throws {
    let gate = AsyncStream<Void>.makeStream()
    let task = Task {
      for await _ in gate.stream {}
      return try await reads.read(key)
    }
    task.cancel()
    await #expect(throws: KubernetesError.self) { try await task.value }
    #expect(reads.waiting(for: key) == 0)
  }

  @Test func `a read serves those who come within its lifetime, and no longer`() async throws {
    let clock = StandingClock()
    let reads = clock.reads(from: source)
    var asked = source.asked.stream.makeAsyncIterator()
    async let first = reads.read(key)
    #expect(await asked.next() == 1)
    clock.advance(by: .milliseconds(900))
    async let second = reads.read(key)
    while reads.waiting(for: key) < 2 { await Task.yield() }
    source.answer(.success(1))
    let both = try await [first, second]
    #expect(both == [1, 1])
    clock.advance(by: .milliseconds(99))
    #expect(try await reads.read(key) == 1)
    clock.advance(by: .milliseconds(1))
    async let late = reads.read(key)
    #expect(await asked.next() == 2)
    source.answer(.success(2))
    let answer = try await late
    #expect(answer == 2)
  }

  @Test func `who comes during a read whose lifetime is over waits for the next one`() async throws {
    let clock = StandingClock()
    let reads = clock.reads(from: source)
    var asked = source.asked.stream.makeAsyncIterator()
    async let first = reads.read(key)
    #expect(await asked.next() == 1)
    clock.advance(by: .seconds(1))
    async let second = reads.read(key)
    while reads.waiting(for: key) < 2 { await Task.yield() }
    source.answer(.success(1))
    #expect(await asked.next() == 2)
    source.answer(.success(2))
    let both = try await [first, second]
    #expect(both == [1, 2])
  }

  @Test(arguments: [403, 404])
  func `that there is nothing to be seen is known as long as what there is`(code: Int) async throws {
    let clock = StandingClock()
    let reads = clock.reads(from: source)
    var asked = source.asked.stream.makeAsyncIterator()
    let failing = Task { try await reads.read(key) }
    _ = await asked.next()
    source.answer(.failure(KubernetesError(request: "read", cause: .status(.init(code: code)))))
    await #expect(throws: KubernetesError.self) { try await failing.value }
    clock.advance(by: .milliseconds(999))
    let error = await #expect(throws: KubernetesError.self) { try await reads.read(key) }
    #expect(error?.status?.code == code)
  }

  @Test func `whoever comes when nobody waits for a read any more does not end with it`() async throws {
    let stubborn = Source(heedsCancellation: false)
    let reads = StandingClock().reads(from: stubborn)
    var asked = stubborn.asked.stream.makeAsyncIterator()
    let impatient = Task { try await reads.read(key) }
    _ = await asked.next()
    impatient.cancel()
    await #expect(throws: KubernetesError.self) { try await impatient.value }
    async let patient = reads.read(key)
    while reads.waiting(for: key) < 1 { await Task.yield() }
    stubborn.answer(.failure(KubernetesError(request: "read", cause: .cancelled)))
    #expect(await asked.next() == 2)
    stubborn.answer(.success(2))
    let value = try await patient
    #expect(value == 2)
  }

  @Test func `what is too old does not stay in memory`() async throws {
    let clock = StandingClock()
    let sleeps = AsyncStream<CheckedContinuation<Void, Never>>.makeStream()
    let reads = clock.reads(from: source) { _ in
      await withCheckedContinuation { _ = sleeps.continuation.yield($0) }
    }
    var asked = source.asked.stream.makeAsyncIterator()
    var slept = sleeps.stream.makeAsyncIterator()
    for number in 1...2 {
      async let read = reads.read(NamespacedName(namespace: "satis", name: "packages-\(number)"))
      _ = await asked.next()
      source.answer(.success(number))
      _ = try await read
      clock.advance(by: .milliseconds(600))
    }
    // The first is too old, the second not yet, and then nothing is left to sweep.
    #expect(reads.kept == 2)
    await slept.next()?.resume()
    let second = await slept.next()
    #expect(reads.kept == 1)
    clock.advance(by: .milliseconds(600))
    second?.resume()
    while reads.kept > 0 { await Task.yield() }
  }
}

extension StandingClock {
  /// Reads that live for a second, or as long as is said.
  fileprivate func reads(
    from source: SharedReadsTests.Source, lifetime: Duration = .seconds(1),
    sleep: @escaping @Sendable (Duration) async -> Void = { try? await Task.sleep(for: $0) }
  ) -> SharedReads<Int> {
    let now = { @Sendable in self.now }
    return SharedReads(lifetime: lifetime, now: now, sleep: sleep) { _ throws(KubernetesError) in
      try await source.read()
    }
  }
}
