import KubernetesClient
import SatisAPI
import Testing

@testable import SatisController

@Suite struct WorkOrderTests {
  private func claim(
    full: Bool, _ sources: [SatisRepository.ActiveJob.Source]..., operation: SatisBuild.Operation = .build
  ) -> SatisRepository.ActiveJob {
    .init(
      name: "packages-be8246b3-7", startTime: Timestamp(seconds: 0), configHash: "hash", operation: operation,
      full: full, builds: sources.enumerated().map { .init(name: "b\($0)", uid: "uid-\($0)", sources: $1) })
  }

  private func repository(_ build: SatisRepository.Build?) -> SatisRepository {
    var spec = SatisRepository.Spec(config: .init(inline: "{}"), output: .init(claimName: "output"))
    spec.build = build
    return SatisRepository(metadata: ObjectMetadata(name: "packages", namespace: "shop"), spec: spec)
  }

  @Test func `an order is the one that the runner's own tests carry out`() throws {
    let order = WorkOrder(
      repository: repository(.init(activeDeadlineSeconds: 900, options: [.minify, .noHTML])),
      claim: claim(
        full: false,
        [
          .init(
            url: "https://git.example.test/acme/lib.git",
            commits: ["6dcb09b5b57875f334f61aebed695e2e4193db5e"])
        ],
        [.init(url: "https://git.example.test/acme/app.git", package: "acme/app")]))
    let expected = try JSONValue(parsing: Fixtures.contract("work-order.json").utf8)
    #expect(try JSONValue(encoding: order) == expected)
  }

  @Test func `what the repository leaves out has its default`() {
    let order = WorkOrder(repository: repository(nil), claim: claim(full: true))
    #expect(order.options == [])
    #expect(order.deadlineSeconds == 3_600)
    #expect(order.operation == .build)
    #expect(order.keepReleases == 3)
    #expect(order.graceSeconds == 3_600)
  }

  @Test func `a source that several builds ask for stands in the order once`() {
    let shared = claim(
      full: false, [.init(url: "https://a", commits: ["1"])],
      [.init(url: "https://b"), .init(url: "https://a", package: "acme/a")])
    #expect(
      WorkOrder(repository: repository(nil), claim: shared).sources
        == [.init(url: "https://a", package: "acme/a", commits: ["1"]), .init(url: "https://b")])
  }

  @Test func `a purge and a rollback name no sources`() {
    for operation in [SatisBuild.Operation.purge, .rollback] {
      let order = WorkOrder(repository: repository(nil), claim: claim(full: false, [], operation: operation))
      #expect(order.sources == nil)
      #expect(order.full == nil)
    }
  }

  @Test func `all attempts at a rollback have in common which build asks for it`() {
    let order = WorkOrder(repository: repository(nil), claim: claim(full: false, [], operation: .rollback))
    #expect(order.request == "uid-0")
    #expect(WorkOrder(repository: repository(nil), claim: claim(full: true, [])).request == nil)
  }
}
