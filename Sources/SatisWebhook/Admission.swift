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

  /// Read where no secret is known, so that a repository that does not exist costs as many requests, and as much time,
  /// as one that does.
  private static let decoy = "satis-webhook-no-such-secret"

  /// Reads repository and secrets.
  ///
  /// Both at once, since the sender waits: the secrets that the repository named the last time. What it names by now
  /// and was not read is read then. That happens only after a change and on the first call since the start, which costs
  /// one round more than a repository that does not exist.
  ///
  /// - Parameters:
  ///   - served: the only namespace whose repositories are served; nil for all.
  ///   - known: what repositories have named.
  /// - Throws: `KubernetesError` when the API server does not answer; that an object is missing or out of reach
  ///   is an answer.
  init(
    to key: NamespacedName, served: String?, store: any BuildStore, known: SecretNames
  ) async throws(KubernetesError) {
    guard key.isPossible, key.namespace == served ?? key.namespace else {
      problems.append("the namespace is not served, or the name is none that an object can have")
      return
    }
    let guess = known[key] ?? [Self.decoy]
    async let early = Self.read(guess, namespace: key.namespace, store: store)
    repository = found(try await Self.ask { () throws(KubernetesError) in try await store.repository(key) })
    let references = repository?.spec.webhook?.secretRefs ?? []
    let names = Set(references.map(\.name))
    known.note(repository == nil || names.isEmpty ? nil : names, for: key)
    if repository != nil, references.isEmpty {
      problems.append("the repository has no spec.webhook.secretRefs")
    }
    let late = await Self.read(names.subtracting(guess), namespace: key.namespace, store: store)
    let read = await early.merging(late) { early, _ in early }
    var answers: [String: Result<Secret, KubernetesError>] = [:]
    // Where there are none, the guess has to be answered all the same.
    for (name, result) in read where names.isEmpty || names.contains(name) {
      answers[name] = try await Self.ask { () throws(KubernetesError) in try result.get() }
    }
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

  private static func read(
    _ names: Set<String>, namespace: String, store: any BuildStore
  ) async -> [String: Result<Secret, KubernetesError>] {
    await withTaskGroup { group in
      for name in names {
        // Not one closure: the optimizer of Swift 6.3 spoils a tuple that is made within `do throws`.
        group.addTask { (name, await read(NamespacedName(namespace: namespace, name: name), store: store)) }
      }
      return await group.reduce(into: [:]) { $0[$1.0] = $1.1 }
    }
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
