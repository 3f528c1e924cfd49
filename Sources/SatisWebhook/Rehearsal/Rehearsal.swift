import Hummingbird
public import KubernetesClient
import SatisAPI
import Synchronization

/// What would become of a recorded call, and why, found out by the service's own code but without a cluster.
public struct Rehearsal: Sendable {
  /// Whether the answer would be a success.
  public let isAccepted: Bool
  /// What there is to know, a line each: a word, and what is to be said about it.
  public let lines: [(topic: String, text: String)]

  /// Sends a recorded call to a service of its own, with one repository that has one secret.
  ///
  /// - Parameters:
  ///   - recording: the raw HTTP request; its first line may be missing.
  ///   - host: the kind of host that the call is said to come from; nil when nobody knows.
  ///   - secret: the value of the Secret's key.
  ///   - repository: where the call is said to go; nil for the path of the recording.
  /// - Throws: `UnreadableRecording`.
  public init(
    of recording: [UInt8], from host: String?, secret: [UInt8], to repository: NamespacedName? = nil
  ) async throws(UnreadableRecording) {
    let call = try RecordedCall(recording)
    let delivery = call.delivery
    let sender = call.namedHost ?? GitHosts.sender(of: delivery.headers)
    let address =
      repository.map { Address(namespace: $0.namespace, repository: $0.name) } ?? call.address
      ?? Address(namespace: "satis", repository: "packages")
    let store = RehearsalStore(address, secret: secret)
    let answer: Answer =
      if delivery.body.count > sender.maximumBodyBytes {
        .refused(.tooLarge(limit: sender.maximumBodyBytes))
      } else {
        await DeliveryHandler(store: store, namespace: nil, timeLimit: .seconds(8))
          .answer(delivery, from: sender, to: address)
      }
    var lines: [(topic: String, text: String)] = []
    let byPath = call.namedHost != nil
    lines.append(("host", Self.recognition(of: sender, byPath: byPath, in: delivery.headers, said: host)))
    lines.append(("delivery", sender.deliveryID(in: delivery.headers)?.printable(limit: 256) ?? "none"))
    lines.append(("body", Self.size(of: delivery)))
    let isTrial = sender.trial(in: delivery.headers) != nil
    lines.append(("proof", isTrial ? "none is needed for this" : Self.proof(answer)))
    if case .refused(.unauthorized) = answer {
      let diagnosis = ProofDiagnosis(of: delivery, from: sender, secret: secret)
      lines += diagnosis.hints.map { ("hint", $0) }
    }
    lines.append(("event", Self.event(answer)))
    let source = Self.source(in: delivery, from: sender, secret: secret)
    for build in store.builds { lines += Self.record(of: build, source) }
    lines.append(("answer", Self.text(of: answer)))
    self.lines = lines
    isAccepted = answer.isSuccess
  }

  // MARK: - In words

  private static func recognition(
    of sender: any GitHost, byPath: Bool, in headers: Headers, said: String?
  ) -> String {
    let reasons = headers.names.filter { name in
      GitHosts.sender(of: Headers([(name, headers[name] ?? "")])).provider == sender.provider
    }
    let generic = GitHosts.sender(of: Headers([])).provider
    var text = sender.provider
    if byPath {
      text += ", by the path"
    } else if sender.provider == generic {
      text += ", since there is no header of any other host"
    } else if !reasons.isEmpty {
      text += ", by \(reasons.joined(separator: ", "))"
    }
    if let said, said != sender.provider { text += "; that is not \(said)" }
    return text
  }

  private static func size(of delivery: Delivery) -> String {
    let size = delivery.body.count
    guard let length = delivery.headers["Content-Length"].flatMap(Int.init), length != size else {
      return "\(size) bytes"
    }
    return "\(size) bytes, though Content-Length says \(length): the recording is not what was sent"
  }

  private static func proof(_ answer: Answer) -> String {
    switch answer {
    case .created, .duplicate, .pong, .ignored, .refused(.malformed): "fits the secret"
    case .refused(.unauthorized(let reason)): "does not fit: \(reason)"
    case .refused: "not looked at"
    }
  }

  private static func event(_ answer: Answer) -> String {
    switch answer {
    case .created, .duplicate: "something to build"
    case .pong: "a trial of the hook"
    case .ignored(let reason): "nothing to build: \(reason)"
    case .refused(.malformed(let problem)): "cannot be read: \(problem)"
    case .refused: "not looked at"
    }
  }

  /// The first of the names that the call has for its source: where it has several, the build is one of everything, since
  /// there is no satis.json here.
  private static func source(
    in delivery: Delivery, from host: any GitHost, secret: [UInt8]
  ) -> SatisBuild.Source? {
    var used = secret
    while let last = used.last, [UInt8(ascii: "\n"), UInt8(ascii: "\r")].contains(last) { used.removeLast() }
    guard let proof = try? host.proof(in: delivery),
      let verified = try? VerifiedDelivery(delivery, proof: proof, secrets: SharedSecrets([used])),
      case .push(let push)? = try? host.event(in: verified)
    else { return nil }
    return push.sources.first
  }

  private static func record(
    of build: SatisBuild, _ named: SatisBuild.Source?
  ) -> [(topic: String, text: String)] {
    let source = build.spec.source ?? named
    let trigger = build.spec.trigger
    let all = [
      ("source", source?.url), ("package", source?.package), ("ref", trigger?.ref),
      ("commit", trigger?.commit),
      ("actor", trigger?.actor),
    ]
    return all.compactMap { topic, text in text.map { (topic, $0) } }
  }

  private static func text(of answer: Answer) -> String {
    let code = answer.status.code
    switch answer {
    case .created, .duplicate:
      return
        "\(code) created if satis.json lists the source, else 200 ignored; 200 duplicate if this delivery was here "
        + "before"
    case .pong, .ignored: return "\(code) \(answer.result)"
    case .refused(let refusal): return "\(code) \(refusal.code): \(refusal.message)"
    }
  }
}

extension Rehearsal: CustomStringConvertible {
  /// The lines, the words below each other.
  public var description: String {
    let width = (lines.map(\.topic.count).max() ?? 0) + 2
    return lines.map { topic, text in
      topic + String(repeating: " ", count: width - topic.count) + text + "\n"
    }.joined()
  }
}

extension RecordedCall {
  private var pathParts: [Substring] { (path ?? "").prefix { $0 != "?" }.split(separator: "/") }

  /// The repository, or the namespace, that the path names.
  fileprivate var address: Address? {
    let parts = pathParts
    guard let namespace = parts.first else { return nil }
    return Address(namespace: String(namespace), repository: parts.count > 1 ? String(parts[1]) : nil)
  }

  /// The host that the path names.
  fileprivate var namedHost: (any GitHost)? {
    let parts = pathParts
    return parts.count > 2 ? GitHosts.named(parts[2]) : nil
  }
}

/// A cluster with one repository, which remembers what it is asked to build.
private final class RehearsalStore: BuildStore {
  private static let reference = KeyReference(name: "webhook", key: "secret")

  private let address: Address
  private let secret: [UInt8]
  private let made = Mutex<[SatisBuild]>([])

  init(_ address: Address, secret: [UInt8]) {
    self.address = address
    self.secret = secret
  }

  var builds: [SatisBuild] { made.withLock { $0 } }

  func repository(_ key: NamespacedName) async throws(KubernetesError) -> SatisRepository {
    // A satis.json that cannot be read stands for one that lists every source.
    var spec = SatisRepository.Spec(
      config: .init(configMapKeyRef: Self.reference), output: .init(claimName: "output"))
    spec.webhook = .init(secretRefs: [Self.reference])
    return SatisRepository(
      metadata: ObjectMetadata(name: key.name, namespace: key.namespace), spec: spec)
  }

  func repositories(in namespace: String) async throws(KubernetesError) -> ObjectList<SatisRepository> {
    let name = address.repository ?? "packages"
    return ObjectList(items: [try await repository(NamespacedName(namespace: namespace, name: name))])
  }

  func secret(_ key: NamespacedName) async throws(KubernetesError) -> Secret {
    Secret(
      metadata: ObjectMetadata(name: key.name, namespace: key.namespace),
      data: [Self.reference.key: Base64Data(secret)])
  }

  func configMap(_ key: NamespacedName) async throws(KubernetesError) -> ConfigMap {
    throw Self.missing("get ConfigMap \(key)")
  }

  func build(_ key: NamespacedName) async throws(KubernetesError) -> SatisBuild {
    throw Self.missing("get SatisBuild \(key)")
  }

  func create(_ build: SatisBuild) async throws(KubernetesError) {
    made.withLock { $0.append(build) }
  }

  private static func missing(_ request: String) -> KubernetesError {
    KubernetesError(request: request, cause: .status(.init(code: 404, reason: "NotFound")))
  }
}
