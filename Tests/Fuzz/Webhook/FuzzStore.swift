import KubernetesClient
import SatisAPI
import SatisWebhook
import Synchronization

/// A cluster with one repository, which counts what is asked and keeps nothing.
final class FuzzStore: BuildStore {
  private let asked = Atomic(0)
  private let made = Atomic(0)
  private let looks = Atomic(0)
  private static let satisJSON = """
    {"name": "acme/packages", "homepage": "https://packages.example.org", "repositories": [
      {"type": "vcs", "url": "https://git.example.org/acme/lib.git", "name": "acme/lib"},
      {"type": "vcs", "url": "git@bitbucket.org:acme/lib.git"},
      {"type": "vcs", "url": "https://dev.azure.com/acme/lib/_git/lib"}
    ]}
    """
  private let reference = KeyReference(name: "packages-webhook", key: "secret")

  /// Requests so far.
  var requests: Int { asked.load(ordering: .relaxed) }
  /// Builds so far.
  var builds: Int { made.load(ordering: .relaxed) }

  func repository(_ key: NamespacedName) async throws(KubernetesError) -> SatisRepository {
    asked.add(1, ordering: .relaxed)
    var metadata = ObjectMetadata(name: key.name, namespace: key.namespace)
    metadata.uid = "5a1b"
    // Every fourth satis.json cannot be read, so that whatever the call names is built.
    let isListed = looks.add(1, ordering: .relaxed).newValue % 4 != 0
    var spec = SatisRepository.Spec(
      config: isListed ? .init(inline: Self.satisJSON) : .init(configMapKeyRef: reference),
      output: .init(claimName: "output"))
    spec.webhook = .init(secretRefs: [reference])
    return SatisRepository(metadata: metadata, spec: spec)
  }

  func secret(_ key: NamespacedName) async throws(KubernetesError) -> Secret {
    asked.add(1, ordering: .relaxed)
    guard key.name == reference.name else {
      throw KubernetesError(
        request: "get Secret \(key)", cause: .status(.init(code: 404, reason: "NotFound")))
    }
    return Secret(
      metadata: ObjectMetadata(name: key.name, namespace: key.namespace),
      data: [reference.key: Base64Data(FuzzedCall.secret)])
  }

  func repositories(in namespace: String) async throws(KubernetesError) -> ObjectList<SatisRepository> {
    ObjectList(items: [try await repository(NamespacedName(namespace: namespace, name: "packages"))])
  }

  func configMap(_ key: NamespacedName) async throws(KubernetesError) -> ConfigMap {
    asked.add(1, ordering: .relaxed)
    throw KubernetesError(
      request: "get ConfigMap \(key)", cause: .status(.init(code: 404, reason: "NotFound")))
  }

  /// A build that was here before, and has not failed.
  func build(_ key: NamespacedName) async throws(KubernetesError) -> SatisBuild {
    asked.add(1, ordering: .relaxed)
    return SatisBuild(
      metadata: ObjectMetadata(name: key.name, namespace: key.namespace),
      spec: .init(repositoryRef: .init(name: "packages")))
  }

  func create(_ build: SatisBuild) async throws(KubernetesError) {
    // Every third was here before.
    guard made.add(1, ordering: .relaxed).newValue % 3 != 0 else {
      throw KubernetesError(
        request: "create SatisBuild \(build.key)", cause: .status(.init(code: 409, reason: "AlreadyExists")))
    }
  }
}
