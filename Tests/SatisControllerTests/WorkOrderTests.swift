import KubernetesClient
import SatisAPI
import Testing

@testable import SatisController

@Suite struct WorkOrderTests {
  private func claim(full: Bool, sources: [String]...) -> SatisRepository.ActiveJob {
    .init(
      name: "packages-be8246b3-7", startTime: Timestamp(seconds: 0), configHash: "hash", full: full,
      builds: sources.enumerated().map { .init(name: "b\($0)", uid: "uid-\($0)", sources: $1) })
  }

  private func repository(_ build: SatisRepository.Build?) -> SatisRepository {
    var spec = SatisRepository.Spec(config: .init(inline: "{}"), output: .init(claimName: "output"))
    spec.build = build
    return SatisRepository(metadata: ObjectMetadata(name: "packages", namespace: "shop"), spec: spec)
  }

  @Test func `an order is the one that the runner's own tests carry out`() throws {
    let order = WorkOrder(
      repository: repository(.init(activeDeadlineSeconds: 900, options: [.minify, .noHTML])),
      claim: claim(full: false, sources: ["https://git.example.test/acme/lib.git"]))
    let expected = try JSONValue(parsing: Fixtures.contract("work-order.json").utf8)
    #expect(try JSONValue(encoding: order) == expected)
  }

  @Test func `what the repository leaves out has its default`() {
    let order = WorkOrder(repository: repository(nil), claim: claim(full: true))
    #expect(order.options == [])
    #expect(order.deadlineSeconds == 3_600)
    #expect(order.operation == "Build")
  }

  @Test func `a full claim names no source, another one the sources of all its builds`() {
    let sources = claim(full: true, sources: ["https://a"], ["https://b"])
    #expect(WorkOrder(repository: repository(nil), claim: sources).sources == [])
    var partial = sources
    partial.full = false
    #expect(WorkOrder(repository: repository(nil), claim: partial).sources == ["https://a", "https://b"])
  }
}
