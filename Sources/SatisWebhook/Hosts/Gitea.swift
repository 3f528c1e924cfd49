/// Gitea, and Forgejo, which grew out of it: GitHub's events under headers of their own.
///
/// Source of headers and payloads: Gitea's documentation, "Webhooks", and its `services/webhook`.
struct Gitea: GitHost {
  static let gitea = Self("gitea", name: "Gitea")
  static let forgejo = Self("forgejo", name: "Forgejo")

  let provider: String
  private let name: String
  private let events: GitHubEvents

  private init(_ provider: String, name: String) {
    self.provider = provider
    self.name = name
    events = GitHubEvents(host: name, eventHeader: "X-\(name)-Event", deliveryHeader: "X-\(name)-Delivery")
  }

  func isSender(of headers: Headers) -> Bool {
    headers[events.eventHeader] != nil || deliveryID(in: headers) != nil
  }

  func deliveryID(in headers: Headers) -> String? {
    headers[events.deliveryHeader]
  }

  func proof(in delivery: Delivery) throws(Refusal) -> Proof {
    // Without a secret the header is there and empty.
    guard let signature = delivery.headers["X-\(name)-Signature"] else {
      throw .unauthorized("X-\(name)-Signature is missing or empty; enter the secret at \(name)")
    }
    let code = try Proof.code(bareSignature: signature)
    // Of a form, the JSON inside is signed.
    guard let json = Payload.json(in: delivery.headers, delivery.body) else {
      throw .unauthorized("the form has no readable field 'payload', which is what \(name) signs")
    }
    return .signature(code, of: json)
  }

  func event(in delivery: VerifiedDelivery) throws(Refusal) -> HostEvent {
    try events.event(in: delivery)
  }
}
