import KubernetesClient
import Testing

@testable import SatisController

@Suite struct JobSlotsTests {
  private let a = NamespacedName(namespace: "shop", name: "a")
  private let b = NamespacedName(namespace: "shop", name: "b")
  private let c = NamespacedName(namespace: "shop", name: "c")

  @Test func `without a limit everybody may start`() {
    var slots = JobSlots(limit: nil)
    #expect([a, b, c].allSatisfy { slots.request($0) == .granted })
  }

  @Test func `who comes when all slots are taken waits and is woken by the next end`() {
    var slots = JobSlots(limit: 1)
    #expect(slots.request(a) == .granted)
    #expect(slots.settle(a, hasJob: true, isWaiting: false) == [])
    #expect(slots.request(b) == .full(limit: 1))
    #expect(slots.settle(b, hasJob: false, isWaiting: true) == [])
    #expect(slots.settle(a, hasJob: false, isWaiting: false) == [b])
    #expect(slots.request(b) == .granted)
  }

  @Test func `whoever had a Job goes behind those that wait`() {
    var slots = JobSlots(limit: 1)
    _ = slots.request(a)
    _ = slots.settle(a, hasJob: true, isWaiting: false)
    _ = slots.request(b)
    _ = slots.request(c)
    _ = slots.settle(a, hasJob: false, isWaiting: false)
    #expect(slots.request(a) == .full(limit: 1))
    #expect(slots.request(b) == .granted)
  }

  @Test func `a slot that is not used is free again`() {
    var slots = JobSlots(limit: 1)
    _ = slots.request(a)
    _ = slots.request(b)
    #expect(slots.settle(a, hasJob: false, isWaiting: false) == [b])
  }

  @Test func `who does not wait any more holds up nobody`() {
    var slots = JobSlots(limit: 1)
    _ = slots.request(a)
    _ = slots.settle(a, hasJob: true, isWaiting: false)
    _ = slots.request(b)
    _ = slots.request(c)
    _ = slots.settle(b, hasJob: false, isWaiting: false)
    #expect(slots.settle(a, hasJob: false, isWaiting: false) == [c])
  }
}
