import Crypto
import Curl

/// A push as GitHub tells it to the webhook service.
struct WebhookCall: Sendable {
  /// What calls are signed with.
  static let secret = "correct horse battery staple"

  private static let body = Array(
    """
    {"ref":"refs/heads/main","after":"6113728f27ae82c7b1a177c8d03f9e96e0adf246","deleted":false,\
    "repository":{"clone_url":"\(BuildFlow.source)"},"sender":{"login":"alexdoe"}}
    """.utf8)
  private static let signature = HMAC<SHA256>.authenticationCode(
    for: body, using: SymmetricKey(data: Array(secret.utf8))
  ).map { $0 < 16 ? "0\(String($0, radix: 16))" : String($0, radix: 16) }.joined()

  let port: Int
  let namespace: String
  let repository: String
  /// As GitHub names it in a header.
  var event = "push"

  func request(delivery: String) -> CurlRequest {
    var request = CurlRequest(
      method: .post, url: "http://127.0.0.1:\(port)/\(namespace)/\(repository)")
    request.headers = [
      ("Content-Type", "application/json"), ("X-GitHub-Event", event), ("X-GitHub-Delivery", delivery),
      ("X-Hub-Signature-256", "sha256=\(Self.signature)"),
    ]
    request.body = Self.body
    return request
  }
}
