import SatisAPI

/// Any sender that can post JSON: a pipeline, a script, a host with templates for its hooks.
///
/// The body is `{"url": "…"}` or `{"package": "vendor/name"}`; `Authorization: Bearer` carries the secret, or
/// `X-Hub-Signature-256` a signature. With an `Idempotency-Key` the call can be repeated.
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

  func proof(in headers: Headers) throws(Refusal) -> Proof {
    if let token = bearerToken(in: headers) { return .token(Array(token.utf8)) }
    guard let signature = headers["X-Hub-Signature-256"] else {
      throw .unauthorized("there is neither 'Authorization: Bearer' nor X-Hub-Signature-256")
    }
    return try Proof(signature: signature)
  }

  func event(in delivery: VerifiedDelivery) throws(Refusal) -> HostEvent {
    let request = try Payload.decode(SourcePayload.self, from: delivery.body, expected: Self.form)
    // Nothing named would be a full build, which nobody should get by a misspelt field.
    guard request.url != nil || request.package != nil else {
      throw .malformed("The body names nothing to build; send \(Self.form)")
    }
    let source = try SatisBuild.Source(checkedURL: request.url, package: request.package)
    return .push(Push(source: source, deliveryID: deliveryID(in: delivery.headers)))
  }

  /// RFC 6750, section 2.1; the scheme's letter case does not matter (RFC 9110, section 11.1).
  private func bearerToken(in headers: Headers) -> Substring? {
    let scheme = "bearer "
    guard let value = headers["Authorization"], value.lowercased().hasPrefix(scheme) else { return nil }
    return value.dropFirst(scheme.count)
  }
}

private struct SourcePayload: Decodable {
  let url: String?
  let package: String?
}
