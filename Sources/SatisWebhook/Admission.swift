import KubernetesClient
import SatisAPI

/// Where a call wants to go and which secrets open the way, as the API server has them at this moment.
struct Admission: Sendable {
  /// Nil when there is none, which the sender is not to learn.
  private(set) var repository: SatisRepository?
  /// Secrets that nobody knows where the repository has none.
  private(set) var secrets = SharedSecrets([])
  /// What is wrong in the cluster, for the log.
  private(set) var problems: [String] = []

  /// Read where there is no secret to be read, so that a repository that does not exist costs as many requests,
  /// and as much time, as one that does.
  private static let decoy = "satis-webhook-no-such-secret"

  /// Reads repository and secrets.
  ///
  /// - Parameter served: the only namespace whose repositories are served; nil for all.
  /// - Throws: `KubernetesError` when the API server does not answer; that an object is missing or out of reach
  ///   is an answer.
  init(to key: NamespacedName, served: String?, store: any BuildStore) async throws(KubernetesError) {
    guard key.isPossible, key.namespace == served ?? key.namespace else {
      problems.append("the namespace is not served, or the name is none that an object can have")
      return
    }
    repository = found(try await Self.ask { () throws(KubernetesError) in try await store.repository(key) })
    let references = repository?.spec.webhook?.secretRefs ?? []
    if repository != nil, references.isEmpty {
      problems.append("the repository has no spec.webhook.secretRefs")
    }
    let names = references.isEmpty ? [Self.decoy] : Set(references.map(\.name))
    let answers = try await Self.read(names, namespace: key.namespace, store: store)
    secrets = SharedSecrets(references.compactMap { value(of: $0, in: answers) })
  }

  private mutating func value(
    of reference: KeyReference, in answers: [String: Result<Secret, KubernetesError>]
  ) -> [UInt8]? {
    guard let secret = answers[reference.name].flatMap({ found($0) }) else { return nil }
    var value = secret.data?[reference.key]?.bytes ?? []
    // Files and pipes end in a line feed that nobody enters at a git host.
    while value.last == UInt8(ascii: "\n") || value.last == UInt8(ascii: "\r") { value.removeLast() }
    if value.isEmpty {
      problems.append("key '\(reference.key)' of Secret \(secret.key) is missing or empty")
    }
    return value
  }

  private mutating func found<Object>(_ answer: Result<Object, KubernetesError>) -> Object? {
    switch answer {
    case .success(let object): return object
    case .failure(let error):
      problems.append(error.description)
      return nil
    }
  }

  /// All at once, since the sender waits.
  private static func read(
    _ names: Set<String>, namespace: String, store: any BuildStore
  ) async throws(KubernetesError) -> [String: Result<Secret, KubernetesError>] {
    let results = await withTaskGroup { group in
      for name in names {
        // Not one closure: the optimizer of Swift 6.3 spoils a tuple that is made within `do throws`.
        group.addTask { (name, await read(NamespacedName(namespace: namespace, name: name), store: store)) }
      }
      return await group.reduce(into: []) { $0.append($1) }
    }
    var answers: [String: Result<Secret, KubernetesError>] = [:]
    for (name, result) in results {
      answers[name] = try await ask { () throws(KubernetesError) in try result.get() }
    }
    return answers
  }

  private static func read(
    _ key: NamespacedName, store: any BuildStore
  ) async -> Result<Secret, KubernetesError> {
    do throws(KubernetesError) {
      return .success(try await store.secret(key))
    } catch {
      return .failure(error)
    }
  }

  private static func ask<Object>(
    _ read: () async throws(KubernetesError) -> Object
  ) async throws(KubernetesError) -> Result<Object, KubernetesError> {
    do throws(KubernetesError) {
      return .success(try await read())
    } catch {
      guard error.status?.code == 404 || error.status?.code == 403 else { throw error }
      return .failure(error)
    }
  }
}

extension NamespacedName {
  /// Whether an object can have this name (RFC 1123 subdomains); anything else would bend the request's path.
  fileprivate var isPossible: Bool {
    [namespace, name].allSatisfy { part in
      part.utf8.count <= 253 && part.utf8.allSatisfy { $0.isAlphanumeric || "-.".utf8.contains($0) }
        && part.utf8.first?.isAlphanumeric == true && part.utf8.last?.isAlphanumeric == true
    }
  }
}

extension UInt8 {
  /// Lower-case letters and digits, all that names may begin and end with.
  fileprivate var isAlphanumeric: Bool {
    (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(self)
      || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(self)
  }
}
