import KubernetesClient
import SatisAPI

/// Where a call wants to go and which secrets open the way, as the store has them.
struct Admission: Sendable {
  private let namespace: String
  /// Nil when there is none, which the sender is not to learn.
  private(set) var repository: SatisRepository?
  /// The repository's secrets that can be used.
  private(set) var values: [[UInt8]] = []
  /// Secrets that nobody knows where the repository has none.
  var secrets: SharedSecrets { SharedSecrets(values) }
  /// What is wrong in the cluster, for the log.
  private(set) var problems: [String] = []

  /// Read where there is no secret to be read, so that a repository that does not exist costs as many requests,
  /// and as much time, as one that does.
  static let decoy = "satis-webhook-no-such-secret"

  /// Reads repository and secrets.
  ///
  /// - Parameter served: the only namespace whose repositories are served; nil for all.
  /// - Throws: `KubernetesError` when the API server does not answer; that an object is missing or out of reach
  ///   is an answer.
  init(to key: NamespacedName, served: String?, store: any BuildStore) async throws(KubernetesError) {
    namespace = key.namespace
    guard key.isPossible, key.namespace == served ?? key.namespace else {
      problems.append("the namespace is not served, or the name is none that an object can have")
      return
    }
    repository = found(try await Self.ask { () throws(KubernetesError) in try await store.repository(key) })
    let answers = try await Self.read(
      secretsOf: [repository].compactMap(\.self), namespace: key.namespace, store: store)
    takeSecrets(from: answers)
  }

  /// Reads all repositories of a namespace, and their secrets.
  ///
  /// - Returns: also the repositories that this program does not understand, whose secrets nobody knows.
  /// - Throws: as above.
  static func all(
    in namespace: String, served: String?, store: any BuildStore
  ) async throws(KubernetesError) -> ([Self], unreadable: [UnreadableObject]) {
    let key = NamespacedName(namespace: namespace, name: decoy)
    guard key.isPossible, namespace == served ?? namespace else { return ([], []) }
    var found = ObjectList<SatisRepository>(items: [])
    var refused: [Self] = []
    do throws(KubernetesError) {
      found = try await store.repositories(in: namespace)
    } catch {
      guard let right = MissingRight(error, in: namespace) else { throw error }
      refused.append(Self(right))
    }
    let answers = try await read(secretsOf: found.items, namespace: namespace, store: store)
    return (refused + found.items.map { Self($0, answers) }, found.unreadable)
  }

  private init(_ right: MissingRight) {
    namespace = right.namespace
    problems.append("\(right)")
  }

  private init(_ repository: SatisRepository, _ answers: [String: Result<Secret, KubernetesError>]) {
    namespace = repository.key.namespace
    self.repository = repository
    takeSecrets(from: answers)
  }

  private mutating func takeSecrets(from answers: [String: Result<Secret, KubernetesError>]) {
    let references = repository?.spec.webhook?.secretRefs ?? []
    if repository != nil, references.isEmpty {
      problems.append("the repository has no spec.webhook.secretRefs")
    }
    values = references.compactMap { value(of: $0, in: answers) }.filter { !$0.isEmpty }
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
      problems.append(MissingRight(error, in: namespace)?.description ?? error.description)
      return nil
    }
  }

  /// Side by side, since the sender waits.
  private static func read(
    secretsOf repositories: [SatisRepository], namespace: String, store: any BuildStore
  ) async throws(KubernetesError) -> [String: Result<Secret, KubernetesError>] {
    let named = Set(repositories.flatMap { $0.spec.webhook?.secretRefs ?? [] }.map(\.name))
    let results = await (named.isEmpty ? [decoy] : named).mapSideBySide { name in
      (name, await read(NamespacedName(namespace: namespace, name: name), store: store))
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
      guard error.isNotFound || error.isForbidden else { throw error }
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
