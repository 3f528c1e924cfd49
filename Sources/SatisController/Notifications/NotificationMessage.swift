import Crypto
import KubernetesClient
import SatisAPI

/// A notification as it is posted.
struct NotificationMessage: Sendable {
  /// Header fields beside the body's type.
  let headers: [(name: String, value: String)]
  /// JSON.
  let body: [UInt8]

  /// Writes a notification in the form that a receiver understands.
  ///
  /// A receiver that sees the same `X-Satis-Delivery` and `X-Satis-Event` again may ignore it: deliveries are repeated
  /// until they are acknowledged.
  ///
  /// - Throws: what JSON cannot express.
  init(_ notification: BuildNotification, for receiver: NotificationReceiver) throws {
    let json =
      switch receiver.kind {
      case .slack: SlackMessage.json(notification)
      case .webhook: Self.json(notification)
      }
    body = Array(try json.serialized().utf8)
    var headers = [
      (name: "Content-Type", value: "application/json"),
      (name: "X-Satis-Delivery", value: notification.uid),
      (name: "X-Satis-Event", value: notification.result.rawValue),
    ]
    if let secret = receiver.signingSecret, !secret.isEmpty {
      let code = HMAC<SHA256>.authenticationCode(for: body, using: SymmetricKey(data: secret))
      headers.append((name: "X-Satis-Signature-256", value: "sha256=\(code.hexadecimal)"))
    }
    self.headers = headers
  }

  /// The operator's own form; what is unknown is left out.
  static func json(_ notification: BuildNotification) -> JSONValue {
    let members: [String: JSONValue?] = [
      "id": .string(notification.uid),
      "type": .string(notification.result.rawValue),
      "namespace": .string(notification.namespace),
      "repository": .string(notification.repository),
      "build": .string(notification.build),
      "reason": .string(notification.reason),
      "message": .string(notification.message),
      "source": notification.source.map(JSONValue.string),
      "commit": notification.commit.map(JSONValue.string),
      "attempts": .integer(Int64(notification.attempts)),
      "release": notification.release.map(JSONValue.string),
      "queuedTime": notification.queuedTime.map { .string($0.description) },
      "startTime": notification.startTime.map { .string($0.description) },
      "completionTime": notification.completionTime.map { .string($0.description) },
    ]
    return .object(members.compactMapValues { $0 })
  }
}
