public import KubernetesClient

/// Reads the two kinds of objects that a satis.json can be kept in.
public protocol ConfigurationReader: Sendable {
  /// Reads a ConfigMap.
  func configMap(_ key: NamespacedName) async throws(KubernetesError) -> ConfigMap
  /// Reads a Secret.
  func secret(_ key: NamespacedName) async throws(KubernetesError) -> Secret
}

extension KubernetesClient: ConfigurationReader {
  /// `get configmaps`.
  public func configMap(_ key: NamespacedName) async throws(KubernetesError) -> ConfigMap {
    try await get(ConfigMap.self, key)
  }

  /// `get secrets`.
  public func secret(_ key: NamespacedName) async throws(KubernetesError) -> Secret {
    try await get(Secret.self, key)
  }
}

/// Why there is no satis.json to build from.
public struct ConfigurationProblem: Error, Hashable, Sendable {
  /// Whether something is missing that may still come, as opposed to something that is wrong.
  public var isMissing: Bool
  /// A sentence that names the object and the remedy.
  public var message: String

  /// Describes a problem.
  public init(isMissing: Bool, message: String) {
    self.isMissing = isMissing
    self.message = message
  }
}

/// Reads satis.json from where the repository says it is.
public struct ConfigurationLoader: Sendable {
  private let reader: any ConfigurationReader
  private let known: KnownConfigurations?

  /// Reads through this door.
  ///
  /// - Parameter known: what earlier looks have shown; nil to look at everything anew.
  public init(reader: any ConfigurationReader, known: KnownConfigurations? = nil) {
    self.reader = reader
    self.known = known
  }

  /// The configuration, which also knows the repository's `spec.sourceAliases`, or why there is none.
  ///
  /// - Throws: `KubernetesError` when the API server gives no answer; that is no verdict.
  public func load(
    _ repository: SatisRepository
  ) async throws(KubernetesError) -> Result<SatisConfiguration, ConfigurationProblem> {
    let text: String
    switch try await self.text(repository) {
    case .success(let found): text = found
    case .failure(let problem): return .failure(problem)
    }
    do throws(SatisConfiguration.Refusal) {
      let aliases = repository.spec.sourceAliases ?? []
      guard let known else { return .success(try SatisConfiguration(text: text, aliases: aliases)) }
      return .success(try known.configuration(of: repository.key, text: text, aliases: aliases))
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
        let object = try await reader.configMap(NamespacedName(namespace: namespace, name: reference.name))
        return object.data?[reference.key]
      }
    }
    if let reference = source.secretKeyRef {
      return try await text(repository, "Secret", reference) { () async throws(KubernetesError) in
        let object = try await reader.secret(NamespacedName(namespace: namespace, name: reference.name))
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
