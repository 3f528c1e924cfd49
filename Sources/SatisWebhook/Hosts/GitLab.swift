import SatisAPI

/// GitLab, gitlab.com and self-managed: sends the secret itself, or signs by the Standard Webhooks specification.
///
/// Source of headers and payloads: GitLab's documentation, "Webhooks", "Webhook events" and "System hooks". It sends
/// nothing for pushes of more refs than its limit, but for the system hook's `repository_update`.
struct GitLab: GitHost {
  let provider = "gitlab"

  private static let expected = "what GitLab sends"

  func isSender(of headers: Headers) -> Bool {
    headers["X-Gitlab-Event"] != nil
  }

  func deliveryID(in headers: Headers) -> String? {
    // The signature covers this one.
    if StandardWebhook.isSigned(headers) { return StandardWebhook.id(in: headers) }
    return headers["Idempotency-Key"] ?? headers["X-Gitlab-Event-UUID"]
  }

  func proof(in delivery: Delivery) throws(Refusal) -> Proof {
    if StandardWebhook.isSigned(delivery.headers) { return try StandardWebhook.proof(in: delivery) }
    guard let token = delivery.headers["X-Gitlab-Token"] else {
      throw .unauthorized("there is neither X-Gitlab-Token nor webhook-signature; enter the secret at GitLab")
    }
    return .token(Array(token.utf8))
  }

  func event(in delivery: VerifiedDelivery) throws(Refusal) -> HostEvent {
    // The header of a system hook does not tell, and what other events carry may have another form.
    let kind = try Payload.decode(Kind.self, from: delivery.body, expected: Self.expected).name
    switch kind {
    case "push", "tag_push":
      return try push(in: delivery) { payload in
        payload.ref.map { ref in
          [RefChange(ref, before: payload.before, after: payload.after, tagged: payload.checkoutSHA)]
        } ?? []
      }
    case "repository_update":
      return try push(in: delivery) { payload in
        (payload.changes ?? []).map { RefChange($0.ref, before: $0.before, after: $0.after) }
      }
    case "release":
      let release = try Payload.decode(Release.self, from: delivery.body, expected: Self.expected)
      guard release.action == "create" else {
        let action = release.action?.printable(limit: 64) ?? ""
        return .other(reason: "'release' events with the action '\(action)' change no source")
      }
      return try push(in: delivery) { _ in
        release.tag.map { [RefChange("refs/tags/\($0)", .created, commit: release.commit?.id)] } ?? []
      }
    default:
      let name = kind ?? delivery.headers["X-Gitlab-Event"] ?? ""
      return .other(
        reason: "'\(name.printable(limit: 64) ?? "")' events change no source; branches and tags are built")
    }
  }

  private func push(
    in delivery: VerifiedDelivery, changes: (PushPayload) -> [RefChange]
  ) throws(Refusal) -> HostEvent {
    let payload = try Payload.decode(PushPayload.self, from: delivery.body, expected: Self.expected)
    let project = payload.project
    let sources = try [SatisBuild.Source](
      urls: [project.gitHTTPURL, project.gitSSHURL, project.webURL], expected: Self.expected)
    let changes = changes(payload)
    let headers = delivery.headers
    return .push(
      Push(
        sources: sources, deliveryID: deliveryID(in: headers),
        deliveryKey: deliveryKey(in: headers, changes), changes: changes,
        actor: payload.userUsername ?? payload.userName))
  }

  /// Calls that one call leads to have its X-Gitlab-Event-UUID, so that before GitLab 17.4, which has nothing better,
  /// only together with what was pushed it tells them apart.
  private func deliveryKey(in headers: Headers, _ changes: [RefChange]) -> String? {
    let isEnough = StandardWebhook.isSigned(headers) || headers["Idempotency-Key"] != nil
    return deliveryID(in: headers).map { id in
      isEnough ? id : ([id] + changes.map { "\($0.ref) \($0.object ?? "")" }).joined(separator: " ")
    }
  }
}

private struct Kind: Decodable {
  let objectKind: String?
  let eventName: String?

  var name: String? { objectKind ?? eventName }

  enum CodingKeys: String, CodingKey {
    case objectKind = "object_kind"
    case eventName = "event_name"
  }
}

/// What is read of a push, a tag push and an updated repository; only the project is needed.
private struct PushPayload: Decodable {
  let project: Project
  let ref: String?
  let before: String?
  /// Of an annotated tag the tag itself.
  let after: String?
  /// The commit that the branch or tag leads to.
  let checkoutSHA: String?
  let changes: [Change]?
  let userUsername: String?
  let userName: String?

  enum CodingKeys: String, CodingKey {
    case project, ref, before, after, changes
    case checkoutSHA = "checkout_sha"
    case userUsername = "user_username"
    case userName = "user_name"
  }

  struct Project: Decodable {
    let gitHTTPURL: String?
    let gitSSHURL: String?
    /// On the host of the web pages, with path_with_namespace.
    let webURL: String?

    enum CodingKeys: String, CodingKey {
      case gitHTTPURL = "git_http_url"
      case gitSSHURL = "git_ssh_url"
      case webURL = "web_url"
    }
  }

  struct Change: Decodable {
    let ref: String
    let before: String?
    let after: String?
  }
}

private struct Release: Decodable {
  let action: String?
  let tag: String?
  let commit: Commit?

  struct Commit: Decodable {
    let id: String?
  }
}
