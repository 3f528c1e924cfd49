/// GitHub, github.com and Enterprise Server: signs the raw body, and names the event in a header.
///
/// Source of headers and payloads: GitHub's documentation, "Webhook events and payloads". It sends nothing for pushes
/// whose payload would be larger than 25 MB, nor for pushes of more than three tags.
struct GitHub: GitHost {
  let provider = "github"
  private let events = GitHubEvents(
    host: "GitHub", eventHeader: "X-GitHub-Event", deliveryHeader: "X-GitHub-Delivery")

  func isSender(of headers: Headers) -> Bool {
    headers[events.eventHeader] != nil || deliveryID(in: headers) != nil
  }

  func deliveryID(in headers: Headers) -> String? {
    headers[events.deliveryHeader]
  }

  func proof(in delivery: Delivery) throws(Refusal) -> Proof {
    // X-Hub-Signature is the same with SHA-1, kept by GitHub for old receivers.
    guard let signature = delivery.headers["X-Hub-Signature-256"] else {
      throw .unauthorized("X-Hub-Signature-256 is missing; enter the secret at GitHub")
    }
    // A form is signed as it is sent.
    return try Proof(signature: signature, of: delivery.body)
  }

  func event(in delivery: VerifiedDelivery) throws(Refusal) -> HostEvent {
    try events.event(in: delivery)
  }
}
