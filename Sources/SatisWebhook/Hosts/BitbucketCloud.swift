import SatisAPI

/// Bitbucket Cloud: signs the raw body, and tells of several branches and tags in one call.
///
/// Source of headers and payloads: Atlassian's documentation, "Event payloads" of Bitbucket Cloud. It sends nothing for
/// pushes whose payload would be larger than 256 KB.
struct BitbucketCloud: Bitbucket {
  let provider = "bitbucket-cloud"
  let maximumBodyBytes = 1 << 20

  private static let expected = "what Bitbucket Cloud sends"

  func isSender(of headers: Headers) -> Bool {
    headers["X-Event-Key"] != nil && (deliveryID(in: headers) != nil || headers["X-Hook-UUID"] != nil)
  }

  func deliveryID(in headers: Headers) -> String? {
    headers["X-Request-UUID"]
  }

  func event(in delivery: VerifiedDelivery) throws(Refusal) -> HostEvent {
    switch delivery.headers["X-Event-Key"] {
    case "repo:push": return .push(try push(in: delivery))
    case let event?:
      return .other(
        reason: "'\(event.printable(limit: 64) ?? "")' events change no source; branches and tags are built")
    case nil: throw .malformed("The header X-Event-Key is missing; send \(Self.expected)")
    }
  }

  private func push(in delivery: VerifiedDelivery) throws(Refusal) -> Push {
    guard let id = deliveryID(in: delivery.headers) else {
      throw .malformed("The header X-Request-UUID is missing; send \(Self.expected)")
    }
    let payload = try Payload.decode(PushPayload.self, from: delivery.body, expected: Self.expected)
    let name = payload.repository.fullName
    return Push(
      // There are no links to clone from.
      sources: try [SatisBuild.Source](
        urls: ["https://bitbucket.org/\(name).git", payload.repository.links?.html?.href],
        expected: Self.expected),
      deliveryID: id,
      changes: payload.push.changes.compactMap(\.change),
      actor: payload.actor?.nickname ?? payload.actor?.displayName)
  }
}

private struct PushPayload: Decodable {
  let repository: Repository
  let push: Push
  let actor: Actor?

  struct Repository: Decodable {
    let fullName: String
    let links: Links?

    enum CodingKeys: String, CodingKey {
      case links
      case fullName = "full_name"
    }
  }

  struct Links: Decodable {
    let html: Link?
  }

  struct Link: Decodable {
    let href: String?
  }

  struct Push: Decodable {
    let changes: [Change]
  }

  struct Change: Decodable {
    /// Null when the branch or tag is new.
    let old: Ref?
    /// Null when it is gone.
    let new: Ref?

    var change: RefChange? {
      guard let ref = new ?? old else { return nil }
      return RefChange(
        RefChange.fullName(ref.name, type: ref.type),
        new == nil ? .deleted : old == nil ? .created : .updated, commit: new?.target?.hash)
    }
  }

  struct Ref: Decodable {
    let type: String?
    let name: String
    /// The commit, of an annotated tag as well.
    let target: Target?
  }

  struct Target: Decodable {
    let hash: String?
  }

  struct Actor: Decodable {
    let nickname: String?
    let displayName: String?

    enum CodingKeys: String, CodingKey {
      case nickname
      case displayName = "display_name"
    }
  }
}
