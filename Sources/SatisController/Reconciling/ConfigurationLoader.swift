import KubernetesClient
import SatisAPI

/// Reads satis.json from where the repository says it is.
struct ConfigurationLoader: Sendable {
  let client: KubernetesClient

  /// The configuration, or why there is none.
  ///
  /// - Throws: `KubernetesError` when the API server gives no answer; that is no verdict.
  func load(
    _ repository: SatisRepository
  ) async throws(KubernetesError) -> Result<SatisConfiguration, ConfigurationProblem> {
    let text: String
    switch try await self.text(repository) {
    case .success(let found): text = found
    case .failure(let problem): return .failure(problem)
    }
    do throws(SatisConfiguration.Refusal) {
      return .success(try SatisConfiguration(text: text))
    } catch {
      return .failure(
        ConfigurationProblem(
          isMissing: false, message: "the configuration of \(label(repository)) is refused: \(error)"))
    }
  }

  private func text(
    _ repository: SatisRepository
  ) async throws(KubernetesError) -> Result<String, ConfigurationProblem> {
    let source = repository.spec.config
    let namespace = repository.metadata.namespace ?? ""
    if let inline = source.inline { return .success(inline) }
    if let reference = source.configMapKeyRef {
      return try await text(repository, "ConfigMap", reference) { () async throws(KubernetesError) in
        let object = try await client.get(
          ConfigMap.self, NamespacedName(namespace: namespace, name: reference.name))
        return object.data?[reference.key]
      }
    }
    if let reference = source.secretKeyRef {
      return try await text(repository, "Secret", reference) { () async throws(KubernetesError) in
        let object = try await client.get(
          Secret.self, NamespacedName(namespace: namespace, name: reference.name))
        return object.data?[reference.key].map { String(decoding: $0.bytes, as: UTF8.self) }
      }
    }
    return .failure(
      ConfigurationProblem(
        isMissing: false,
        message:
          "\(label(repository)) names no configuration; set one of spec.config.inline, .configMapKeyRef and "
          + ".secretKeyRef"))
  }

  private func text(
    _ repository: SatisRepository, _ kind: String, _ reference: KeyReference,
    read: () async throws(KubernetesError) -> String?
  ) async throws(KubernetesError) -> Result<String, ConfigurationProblem> {
    let object = "\(kind) '\(reference.name)', which \(label(repository)) names in spec.config,"
    do throws(KubernetesError) {
      if let text = try await read() { return .success(text) }
    } catch {
      guard error.isNotFound else { throw error }
      return .failure(ConfigurationProblem(isMissing: true, message: "\(object) does not exist; create it"))
    }
    return .failure(
      ConfigurationProblem(isMissing: true, message: "\(object) has no key '\(reference.key)'; add it"))
  }

  private func label(_ repository: SatisRepository) -> String {
    "SatisRepository '\(repository.metadata.name)'"
  }
}
