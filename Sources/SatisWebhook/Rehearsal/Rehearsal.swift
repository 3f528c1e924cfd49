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
    let sender = GitHosts.sender(of: delivery.headers)
    let key = repository ?? call.repository ?? NamespacedName(namespace: "satis", name: "packages")
    let store = RehearsalStore(key, secret: secret)
    let answer: Answer =
      if delivery.body.count > sender.maximumBodyBytes {
        .refused(.tooLarge(limit: sender.maximumBodyBytes))
      } else {
        await DeliveryHandler(store: store, namespace: nil, timeLimit: .seconds(8))
          .answer(delivery, from: sender, to: key)
      }
    var lines: [(topic: String, text: String)] = []
    lines.append(("host", Self.recognition(of: sender, in: delivery.headers, said: host)))
    lines.append(("delivery", sender.deliveryID(in: delivery.headers)?.printable(limit: 256) ?? "none"))
    lines.append(("body", Self.size(of: delivery)))
    lines.append(("proof", Self.proof(answer)))
    if case .refused(.unauthorized) = answer {
      let diagnosis = ProofDiagnosis(of: delivery, from: sender, secret: secret)
      lines += diagnosis.hints.map { ("hint", $0) }
    }
    lines.append(("event", Self.event(answer)))
    for build in store.builds { lines += Self.record(of: build) }
    lines.append(("answer", Self.text(of: answer)))
    self.lines = lines
    isAccepted = answer.isSuccess
  }

  // MARK: - In words

  private static func recognition(of sender: any GitHost, in headers: Headers, said: String?) -> String {
    let reasons = headers.names.filter { name in
      GitHosts.sender(of: Headers([(name, headers[name] ?? "")])).provider == sender.provider
    }
    let generic = GitHosts.sender(of: Headers([])).provider
    var text = sender.provider
    if sender.provider == generic {
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

  private static func record(of build: SatisBuild) -> [(topic: String, text: String)] {
    let source = build.spec.source
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
    case .created, .duplicate: return "\(code) created; or 200 duplicate, when this delivery was here before"
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
  /// The repository that the path names.
  fileprivate var repository: NamespacedName? {
    let parts = (path ?? "").prefix { $0 != "?" }.split(separator: "/")
    guard parts.count >= 2 else { return nil }
    return NamespacedName(namespace: String(parts[0]), name: String(parts[1]))
  }
}

/// A cluster with one repository, which remembers what it is asked to build.
private final class RehearsalStore: BuildStore {
  private static let reference = KeyReference(name: "webhook", key: "secret")

  private let key: NamespacedName
  private let secret: [UInt8]
  private let made = Mutex<[SatisBuild]>([])

  init(_ key: NamespacedName, secret: [UInt8]) {
    self.key = key
    self.secret = secret
  }

  var builds: [SatisBuild] { made.withLock { $0 } }

  func repository(_ key: NamespacedName) async throws(KubernetesError) -> SatisRepository {
    var spec = SatisRepository.Spec(config: .init(inline: "{}"), output: .init(claimName: "output"))
    spec.webhook = .init(secretRefs: [Self.reference])
    return SatisRepository(
      metadata: ObjectMetadata(name: key.name, namespace: key.namespace), spec: spec)
  }

  func secret(_ key: NamespacedName) async throws(KubernetesError) -> Secret {
    Secret(
      metadata: ObjectMetadata(name: key.name, namespace: key.namespace),
      data: [Self.reference.key: Base64Data(secret)])
  }

  func create(_ build: SatisBuild) async throws(KubernetesError) {
    made.withLock { $0.append(build) }
  }
}
