import ControllerRuntime
import KubernetesClient
import Synchronization
import TestSupport
import Testing

/// What a connection that dies in silence costs a leader.
@Suite(.timeLimit(.minutes(1))) struct LeaseConnectionTests {
  let server: TestServer

  init() throws {
    server = try TestServer()
  }

  @Test func `a Lease is renewed while all other requests hang, and outlives its own connection`()
    async throws
  {
    let relay = try TCPRelay(to: server)
    defer { relay.stop() }
    let client = try KubernetesClient(
      configuration: relay.configuration, fieldManager: "test", userAgent: "satis-operator-tests",
      logger: .quiet)
    try await server.withNamespace { namespace in
      let key = NamespacedName(namespace: namespace, name: "lease")
      _ = try await client.list(ConfigMap.self, in: namespace)
      // The connection of requests is dead, and one hangs on it that keeps it.
      try relay.cutInSilence()
      let isOver = Mutex(false)
      let hanging = Task {
        defer { isOver.withLock { $0 = true } }
        _ = try await client.list(ConfigMap.self, in: namespace)
      }
      defer { hanging.cancel() }

      let (leads, continuation) = AsyncStream<ContinuousClock.Instant>.makeStream()
      var timings = LeaderElectionTimings.standard
      timings.retryPeriod = .milliseconds(200)
      let elector = try LeaderElector(
        client: client, lease: key, identity: "test", timings: timings, logger: .quiet, now: microTime
      ) { continuation.yield($0) }
      let election = Task {
        defer { continuation.finish() }
        try await elector.run()
      }
      defer { election.cancel() }
      var renewals = leads.makeAsyncIterator()
      for _ in 1...3 { #expect(await renewals.next() != nil) }
      #expect(isOver.withLock { !$0 })

      // Now those of the Lease as well.
      try relay.cutInSilence()
      let cut = ContinuousClock.now
      // The time that is told counts from when a renewal was sent.
      var until = await renewals.next()
      while let time = until, time < cut + timings.renewDeadline { until = await renewals.next() }
      #expect(until != nil)
      print(
        "the Lease's connection dead in silence: renewed over another one after \(ContinuousClock.now - cut)")
      #expect(try await server.client.get(Lease.self, key).spec?.leaseTransitions == 0)
      #expect(isOver.withLock { !$0 })
    }
    await client.shutdown()
  }

  @Test func `a leader whose Lease is taken is neither ready nor alive, and may not work any more`()
    async throws
  {
    try await server.withNamespace { namespace in
      let key = NamespacedName(namespace: namespace, name: "lease")
      let (leads, continuation) = AsyncStream<ContinuousClock.Instant>.makeStream()
      let elector = try LeaderElector(
        client: server.client, lease: key, identity: "test", logger: .quiet, now: microTime
      ) { continuation.yield($0) }
      async let election: Void = elector.run()
      var renewals = leads.makeAsyncIterator()
      _ = await renewals.next()
      #expect(elector.readiness.look() == .good(note: "leading"))
      _ = try await server.client.mergePatch(
        Lease.self, key, patch: ["spec": ["holderIdentity": "another"]], resourceVersion: nil)
      do {
        try await election
        Issue.record("the election goes on")
      } catch {
        #expect(error is LeaseLost)
      }
      #expect(elector.readiness.look() == .bad("lost"))
      #expect(elector.liveness.look() != .good())
      continuation.finish()
      var last = ContinuousClock.now
      while let until = await renewals.next() { last = until }
      #expect(last <= ContinuousClock.now)
    }
  }
}
