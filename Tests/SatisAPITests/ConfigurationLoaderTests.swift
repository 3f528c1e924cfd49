import KubernetesClient
import SatisAPI
import Testing

/// A satis.json in each of its places, and what is said where it is missing.
@Suite struct ConfigurationLoaderTests {
  private static let text = """
    {"name": "acme/packages", "homepage": "https://packages.example.org",
     "repositories": [{"type": "vcs", "url": "https://git.example.org/acme/lib.git"}]}
    """
  private static let reference = KeyReference(name: "config", key: "satis.json")

  /// A namespace with a ConfigMap and a Secret, or with neither.
  private struct Objects: ConfigurationReader {
    var data: [String: String]?

    func configMap(_ key: NamespacedName) async throws(KubernetesError) -> ConfigMap {
      ConfigMap(metadata: metadata(key), data: try found(key))
    }

    func secret(_ key: NamespacedName) async throws(KubernetesError) -> Secret {
      Secret(metadata: metadata(key), data: try found(key).mapValues { Base64Data(Array($0.utf8)) })
    }

    private func metadata(_ key: NamespacedName) -> ObjectMetadata {
      ObjectMetadata(name: key.name, namespace: key.namespace)
    }

    private func found(_ key: NamespacedName) throws(KubernetesError) -> [String: String] {
      guard let data, key == NamespacedName(namespace: "satis", name: "config") else {
        throw KubernetesError(request: "get \(key)", cause: .status(.init(code: 404, reason: "NotFound")))
      }
      return data
    }
  }

  private func load(
    _ source: SatisRepository.ConfigSource, from data: [String: String]?,
    aliases: [SatisRepository.SourceAlias]? = nil
  ) async throws -> Result<SatisConfiguration, ConfigurationProblem> {
    var spec = SatisRepository.Spec(config: source, output: .init(claimName: "output"))
    spec.sourceAliases = aliases
    let metadata = ObjectMetadata(name: "packages", namespace: "satis")
    return try await ConfigurationLoader(reader: Objects(data: data)).load(
      SatisRepository(metadata: metadata, spec: spec))
  }

  @Test(arguments: [
    SatisRepository.ConfigSource(inline: text), .init(configMapKeyRef: reference),
    .init(secretKeyRef: reference),
  ])
  func `satis.json is read from where the repository says`(source: SatisRepository.ConfigSource) async throws
  {
    let configuration = try await load(source, from: ["satis.json": Self.text]).get()
    #expect(configuration.text == Self.text)
  }

  @Test func `the configuration knows the repository's aliases`() async throws {
    let alias = SatisRepository.SourceAlias(
      url: "https://old.example.org/lib", source: "https://git.example.org/acme/lib")
    let configuration = try await load(.init(inline: Self.text), from: nil, aliases: [alias]).get()
    #expect(try configuration.match(.init(url: "git@old.example.org:lib.git")).count == 1)
  }

  @Test(arguments: [
    (SatisRepository.ConfigSource(configMapKeyRef: reference), nil, "ConfigMap 'config'"),
    (.init(secretKeyRef: reference), nil, "Secret 'config'"),
    (.init(secretKeyRef: reference), ["other": text], "has no key 'satis.json'; add it"),
  ])
  func `what is missing is named`(
    source: SatisRepository.ConfigSource, data: [String: String]?, problem: String
  ) async throws {
    let result = try await load(source, from: data)
    guard case .failure(let found) = result else {
      Issue.record("\(result) was expected to be a problem")
      return
    }
    #expect(found.isMissing)
    #expect(found.message.contains(problem))
  }

  @Test func `what is wrong will not come by itself`() async throws {
    let result = try await load(.init(inline: "{"), from: nil)
    guard case .failure(let found) = result else {
      Issue.record("\(result) was expected to be a problem")
      return
    }
    #expect(!found.isMissing)
    #expect(
      found.message.hasPrefix(
        "the configuration of SatisRepository 'packages' is refused: satis.json is no JSON"))
  }
}
