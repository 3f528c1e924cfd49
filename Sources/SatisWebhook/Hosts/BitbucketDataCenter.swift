import SatisAPI

/// Bitbucket Data Center and Server: signs the raw body, and tells of several branches and tags in one call.
///
/// Source of headers and payloads: Atlassian's documentation, "Event payload" of Bitbucket Data Center.
struct BitbucketDataCenter: Bitbucket {
  let provider = "bitbucket-data-center"

  private static let expected = "what Bitbucket Data Center sends"
  private static let ping = "diagnostics:ping"

  func isSender(of headers: Headers) -> Bool {
    headers["X-Event-Key"] != nil
  }

  func deliveryID(in headers: Headers) -> String? {
    headers["X-Request-Id"]
  }

  func trial(in headers: Headers) -> String? {
    guard headers["X-Event-Key"] == Self.ping, headers["X-Hub-Signature"] == nil else { return nil }
    return
      "Bitbucket does not sign its test, so that the address is right, and of the secret nothing is known; "
      + "push something to try that"
  }

  func event(in delivery: VerifiedDelivery) throws(Refusal) -> HostEvent {
    switch delivery.headers["X-Event-Key"] {
    case Self.ping: return .ping
    case "repo:refs_changed", "mirror:repo_synchronized": return .push(try push(in: delivery))
    case let event?:
      return .other(
        reason: "'\(event.printable(limit: 64) ?? "")' events change no source; branches and tags are built")
    case nil: throw .malformed("The header X-Event-Key is missing; send \(Self.expected)")
    }
  }

  private func push(in delivery: VerifiedDelivery) throws(Refusal) -> Push {
    guard let id = deliveryID(in: delivery.headers) else {
      throw .malformed("The header X-Request-Id is missing; send \(Self.expected)")
    }
    let payload = try Payload.decode(ChangePayload.self, from: delivery.body, expected: Self.expected)
    let urls = (payload.repository.links?.clone ?? []).compactMap(\.href)
    return Push(
      // Project keys are written in capitals here and in small letters there; Bitbucket does not mind.
      sources: try [SatisBuild.Source](urls: urls + urls.map { $0.lowercased() }, expected: Self.expected),
      deliveryID: id,
      changes: (payload.changes ?? []).map(\.change),
      actor: payload.actor?.name)
  }
}

private struct ChangePayload: Decodable {
  let repository: Repository
  /// Left out or empty when there are more of them than a mirror tells of.
  let changes: [Change]?
  let actor: Actor?

  struct Repository: Decodable {
    let links: Links?
  }

  struct Links: Decodable {
    let clone: [Link]?
  }

  struct Link: Decodable {
    let href: String?
  }

  struct Change: Decodable {
    let ref: Ref
    let fromHash: String?
    let toHash: String?
    let type: String?

    var change: RefChange {
      switch type {
      case "ADD": RefChange(ref.id, .created, object: toHash)
      case "DELETE": RefChange(ref.id, .deleted)
      default: RefChange(ref.id, before: fromHash, after: toHash)
      }
    }
  }

  struct Ref: Decodable {
    let id: String
  }

  struct Actor: Decodable {
    let name: String?
  }
}
