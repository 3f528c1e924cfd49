import SatisAPI

/// Any sender that can post JSON: a pipeline, a script, a host with templates for its hooks.
///
/// The body is `{"url": "…"}` or `{"package": "vendor/name"}`; `Authorization: Bearer` carries the secret, or
/// `X-Hub-Signature-256` a signature. With an `Idempotency-Key` the call can be repeated; the key is that of one
/// event and not of a commit, since the push of a branch and that of a tag on its commit are two.
struct Generic: GitHost {
  let provider = "generic"
  let maximumBodyBytes = 1 << 20

  private static let form = #"{"url": "…"} or {"package": "vendor/name"}"#

  func isSender(of headers: Headers) -> Bool {
    true
  }

  func deliveryID(in headers: Headers) -> String? {
    headers["Idempotency-Key"]
  }

  func proof(in delivery: Delivery) throws(Refusal) -> Proof {
    if let token = Authorization(delivery.headers)?.bearerToken { return .token(token) }
    guard let signature = delivery.headers["X-Hub-Signature-256"] else {
      throw .unauthorized("there is neither 'Authorization: Bearer' nor X-Hub-Signature-256")
    }
    return try Proof(signature: signature, of: delivery.body)
  }

  func event(in delivery: VerifiedDelivery) throws(Refusal) -> HostEvent {
    let request = try Payload.decode(SourcePayload.self, from: delivery.body, expected: Self.form)
    // Nothing named would be a full build, which nobody should get by a misspelt field.
    guard request.url != nil || request.package != nil else {
      throw .malformed("The body names nothing to build; send \(Self.form)")
    }
    let source = try SatisBuild.Source(checkedURL: request.url, package: request.package)
    return .push(Push(sources: [source], deliveryID: deliveryID(in: delivery.headers)))
  }
}

private struct SourcePayload: Decodable {
  let url: String?
  let package: String?
}
