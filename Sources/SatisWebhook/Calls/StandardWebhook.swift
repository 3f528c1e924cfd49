import FoundationEssentials
import KubernetesClient

/// The headers by which the Standard Webhooks specification signs a call.
///
/// The signature covers the call's id and time as well, so that a call that was overheard cannot be sent again later.
enum StandardWebhook {
  /// How far the time in a call may be from the time it comes in, in seconds.
  static let tolerance: Int64 = 300
  /// Several signatures are for keys in change; more than a few are for making work.
  private static let limit = 8

  static func isSigned(_ headers: Headers) -> Bool {
    headers["webhook-signature"] != nil
  }

  /// The call's id, the same when it is sent again.
  static func id(in headers: Headers) -> String? {
    headers["webhook-id"]
  }

  /// The signatures of a call: `v1,` and a code in base64, several of them apart by blanks.
  ///
  /// - Throws: `Refusal.unauthorized` when a header is missing or unreadable, or the time is not about now.
  static func proof(in delivery: Delivery) throws(Refusal) -> Proof {
    let headers = delivery.headers
    guard let id = id(in: headers), let stamp = headers["webhook-timestamp"] else {
      throw .unauthorized("there is webhook-signature without webhook-id or webhook-timestamp")
    }
    guard let seconds = Int64(stamp), seconds >= 0 else {
      throw .unauthorized("webhook-timestamp is no number of seconds since 1970")
    }
    let now = delivery.time.seconds
    guard (now - tolerance...now + tolerance).contains(seconds) else {
      throw .unauthorized(
        "the call says it was sent at \(Timestamp(seconds: seconds)), more than \(tolerance) seconds from now; "
          + "if it was not, one of the clocks is wrong")
    }
    let texts = (headers["webhook-signature"] ?? "").split(separator: " ", maxSplits: limit).prefix(limit)
    let codes = texts.compactMap { text in
      text.hasPrefix("v1,") ? Data(base64Encoded: String(text.dropFirst(3))).map { [UInt8]($0) } : nil
    }
    guard !codes.isEmpty else {
      throw .unauthorized("webhook-signature is not 'v1,' and a code in base64")
    }
    return .standardSignatures(codes, of: Array("\(id).\(stamp).".utf8) + delivery.body)
  }
}
