import KubernetesClient
import SatisAPI
import SatisPlugin
import Testing

@Suite struct RepositoryChoiceTests {
  private func repository(_ name: String) -> SatisRepository {
    SatisRepository(
      metadata: ObjectMetadata(name: name, namespace: "team"),
      spec: .init(config: .init(inline: "{}"), output: .init(claimName: "output")))
  }

  @Test func `the only repository of a namespace needs no name`() throws {
    #expect(try RepositoryChoice.only(of: [repository("acme")], in: "team").metadata.name == "acme")
  }

  @Test func `several are listed, and one has to be named`() {
    let error = #expect(throws: PluginFailure.self) {
      try RepositoryChoice.only(of: [repository("libs"), repository("acme")], in: "team")
    }
    #expect(error?.exit == .usage)
    #expect(error?.description.contains("--repository: acme, libs") == true)
  }

  @Test func `a namespace without any says so`() {
    let error = #expect(throws: PluginFailure.self) { try RepositoryChoice.only(of: [], in: "team") }
    #expect(error?.exit == .noAnswer)
    #expect(error?.description.contains("'team'") == true)
  }
}
