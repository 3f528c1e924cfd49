import KubernetesClient
import Testing

@testable import SatisStatusPage

@Suite struct ViewerTests {
  private let viewers = Viewers(limit: 2)
  private let later = ContinuousClock.now + .seconds(60)

  private func key(_ name: String) -> NamespacedName { NamespacedName(namespace: "satis", name: name) }

  private func told(_ turn: Viewer.Turn) -> Backlog? {
    guard case .tell(let backlog) = turn else { return nil }
    return backlog
  }

  @Test func `changes between two events become one, and are told once`() async throws {
    let viewer = try #require(viewers.open())
    viewers.note { $0.builds.insert(key("a")) }
    viewers.note { $0.builds.formUnion([key("a"), key("b")]) }
    viewers.note { $0.repositories.insert(key("packages")) }
    let first = told(await viewer.next(until: later))
    #expect(first?.builds == [key("a"), key("b")])
    #expect(first?.repositories == [key("packages")])
    let second = told(await viewer.next(until: .now))
    #expect(second?.isEmpty == true)
  }

  @Test func `a viewer that waits is woken by a change`() async throws {
    let viewer = try #require(viewers.open())
    async let turn = viewer.next(until: later)
    viewer.note { $0.builds.insert(key("a")) }
    let backlog = told(await turn)
    #expect(backlog?.builds == [key("a")])
  }

  @Test func `every viewer is told by itself`() async throws {
    let fast = try #require(viewers.open())
    let slow = try #require(viewers.open())
    viewers.note { $0.builds.insert(key("a")) }
    #expect(told(await fast.next(until: later))?.builds == [key("a")])
    viewers.note { $0.builds.insert(key("b")) }
    #expect(told(await fast.next(until: later))?.builds == [key("b")])
    #expect(told(await slow.next(until: later))?.builds == [key("a"), key("b")])
  }

  @Test func `a viewer that is ended is told nothing more`() async throws {
    let viewer = try #require(viewers.open())
    viewer.note { $0.builds.insert(key("a")) }
    viewer.end()
    #expect(told(await viewer.next(until: later)) == nil)
  }

  @Test func `there are no more viewers than the limit, and a place that is given back can be taken`() throws
  {
    let first = try #require(viewers.open())
    _ = try #require(viewers.open())
    #expect(viewers.open() == nil)
    viewers.close(first)
    #expect(viewers.count == 1)
    #expect(viewers.open() != nil)
  }
}
