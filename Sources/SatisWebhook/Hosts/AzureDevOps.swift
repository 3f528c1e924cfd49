import FoundationEssentials
import SatisAPI

/// Azure DevOps, in the cloud and the server: signs nothing, but sends a password or a header of one's own.
///
/// Source of payloads: Microsoft's documentation, "Service hooks events". Few of its calls have a header that tells
/// where they come from, so the path has to.
struct AzureDevOps: GitHost {
  let provider = "azure-devops"

  private static let expected =
    "what Azure DevOps sends; at its service hook, choose All for the details of the resource"

  func isSender(of headers: Headers) -> Bool {
    headers["X-Vss-ActivityId"] != nil || headers["User-Agent"]?.hasPrefix("VSServices/") == true
  }

  /// It is in the body only.
  func deliveryID(in headers: Headers) -> String? { nil }

  func proof(in delivery: Delivery) throws(Refusal) -> Proof {
    if let token = delivery.headers["X-Satis-Token"] { return .token(Array(token.utf8)) }
    let authorization = Authorization(delivery.headers)
    if let token = authorization?.bearerToken { return .token(token) }
    guard let password = authorization?.password else {
      throw .unauthorized(
        "there is no password by basic authentication, and neither 'Authorization: Bearer' nor X-Satis-Token")
    }
    return .token(password)
  }

  func event(in delivery: VerifiedDelivery) throws(Refusal) -> HostEvent {
    let event = try Payload.decode(Event.self, from: delivery.body, expected: Self.expected)
    guard event.eventType == "git.push" else {
      return .other(
        reason: "'\(event.eventType.printable(limit: 64) ?? "")' events change no source; only git.push does")
    }
    let push = try Payload.decode(PushPayload.self, from: delivery.body, expected: Self.expected)
    let repository = push.resource.repository
    return .push(
      Push(
        sources: try [SatisBuild.Source](
          urls: repository.remoteURL.map(AzureRepository.names) ?? [], expected: Self.expected),
        deliveryID: event.id,
        changes: (push.resource.refUpdates ?? []).map {
          RefChange($0.name, before: $0.oldObjectId, after: $0.newObjectId)
        },
        actor: push.resource.pushedBy?.uniqueName ?? push.resource.pushedBy?.displayName))
  }
}

private struct Event: Decodable {
  let id: String?
  let eventType: String
}

private struct PushPayload: Decodable {
  let resource: Resource

  struct Resource: Decodable {
    let repository: Repository
    let refUpdates: [RefUpdate]?
    let pushedBy: Person?
  }

  struct Repository: Decodable {
    let remoteURL: String?

    enum CodingKeys: String, CodingKey {
      case remoteURL = "remoteUrl"
    }
  }

  struct RefUpdate: Decodable {
    let name: String
    let oldObjectId: String?
    let newObjectId: String?
  }

  struct Person: Decodable {
    let uniqueName: String?
    let displayName: String?
  }
}
