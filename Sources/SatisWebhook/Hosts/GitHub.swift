import SatisAPI

/// GitHub, github.com and Enterprise Server: signs the raw body, and names the event in a header.
///
/// Source of headers and payloads: GitHub's documentation, "Webhook events and payloads".
struct GitHub: GitHost {
  let provider = "github"
  /// GitHub sends nothing for pushes whose payload would be larger.
  let maximumBodyBytes = 25 << 20

  func isSender(of headers: Headers) -> Bool {
    headers["X-GitHub-Event"] != nil || headers["X-GitHub-Delivery"] != nil
  }

  func deliveryID(in headers: Headers) -> String? {
    headers["X-GitHub-Delivery"]
  }

  func proof(in headers: Headers) throws(Refusal) -> Proof {
    // X-Hub-Signature is the same with SHA-1, kept by GitHub for old receivers.
    guard let signature = headers["X-Hub-Signature-256"] else {
      throw .unauthorized("X-Hub-Signature-256 is missing; enter the secret at GitHub")
    }
    return try Proof(signature: signature)
  }

  func event(in delivery: VerifiedDelivery) throws(Refusal) -> HostEvent {
    switch delivery.headers["X-GitHub-Event"] {
    case "push": return .push(try push(in: delivery))
    case "ping": return .ping
    case let event?:
      // Branches and tags that come and go are pushes as well.
      return .other(
        reason: "'\(event.printable(limit: 64) ?? "")' events change no source; only pushes are built")
    case nil: throw .malformed("The header X-GitHub-Event is missing; send what GitHub sends")
    }
  }

  private func push(in delivery: VerifiedDelivery) throws(Refusal) -> Push {
    // Without it a repeated call could not be told from a new one.
    guard let id = deliveryID(in: delivery.headers) else {
      throw .malformed("The header X-GitHub-Delivery is missing; send what GitHub sends")
    }
    let payload = try Payload.decode(
      PushPayload.self, from: try json(in: delivery), expected: "the payload of GitHub's push event")
    return Push(
      source: try SatisBuild.Source(checkedURL: payload.repository.cloneURL),
      deliveryID: id,
      ref: payload.ref,
      commit: payload.after.flatMap { $0.allSatisfy { $0 == "0" } ? nil : $0 },
      actor: payload.sender?.login ?? payload.pusher?.name)
  }

  /// The JSON text, which is the body itself or a field of a form, as the hook's content type has it.
  private func json(in delivery: VerifiedDelivery) throws(Refusal) -> [UInt8] {
    let type = delivery.headers["Content-Type"] ?? ""
    guard type.lowercased().hasPrefix("application/x-www-form-urlencoded") else { return delivery.body }
    guard let payload = Payload.formField("payload", in: delivery.body) else {
      throw .malformed("The form has no readable field 'payload'; send what GitHub sends")
    }
    return payload
  }
}

/// What is read of GitHub's push payload; only the source is needed, the rest is for the record.
private struct PushPayload: Decodable {
  let repository: Repository
  let ref: String?
  /// The commit that the ref points to afterwards; zeros when the ref is gone.
  let after: String?
  let sender: Sender?
  let pusher: Pusher?

  struct Repository: Decodable {
    let cloneURL: String

    enum CodingKeys: String, CodingKey {
      case cloneURL = "clone_url"
    }
  }

  struct Sender: Decodable {
    let login: String?
  }

  struct Pusher: Decodable {
    let name: String?
  }
}
