import SatisAPI

/// The events that GitHub came up with and that Gitea and Forgejo send as well.
struct GitHubEvents: Sendable {
  /// What the host is called, for messages.
  let host: String
  let eventHeader: String
  let deliveryHeader: String

  /// - Throws: `Refusal.malformed`, naming the header or member that is missing.
  func event(in delivery: VerifiedDelivery) throws(Refusal) -> HostEvent {
    switch delivery.headers[eventHeader] {
    case "ping": return .ping
    case "push":
      return try push(in: delivery) { payload in
        payload.ref.map { ref in
          RefChange(ref, before: payload.before, after: payload.after, tagged: payload.headCommit?.id)
        }
      }
    case "create":
      let payload = try payload(in: delivery)
      // The third type is the repository itself, which has no branches yet.
      guard let ref = payload.ref, payload.refType != "repository" else {
        return .other(reason: "the repository was created, and nothing is in it yet")
      }
      let name = RefChange.fullName(ref, type: payload.refType)
      return .push(try push(payload, RefChange(name, .created, object: payload.sha), in: delivery))
    case "delete":
      return try push(in: delivery) { payload in
        payload.ref.map { RefChange(RefChange.fullName($0, type: payload.refType), .deleted) }
      }
    case "release":
      let payload = try payload(in: delivery)
      // Of what comes with a release this one comes once; its tag may be new by it.
      guard payload.action == "published" else {
        let action = payload.action?.printable(limit: 64) ?? ""
        return .other(reason: "'release' events with the action '\(action)' change no source")
      }
      let tag = payload.release?.tagName.map { RefChange("refs/tags/\($0)", .created) }
      return .push(try push(payload, tag, in: delivery))
    case let event?:
      return .other(
        reason: "'\(event.printable(limit: 64) ?? "")' events change no source; branches and tags are built")
    case nil: throw .malformed("The header \(eventHeader) is missing; send what \(host) sends")
    }
  }

  private func push(
    in delivery: VerifiedDelivery, change: (EventPayload) -> RefChange?
  ) throws(Refusal) -> HostEvent {
    let payload = try payload(in: delivery)
    return .push(try push(payload, change(payload), in: delivery))
  }

  private func payload(in delivery: VerifiedDelivery) throws(Refusal) -> EventPayload {
    guard let json = Payload.json(in: delivery.headers, delivery.body) else {
      throw .malformed("The form has no readable field 'payload'; send what \(host) sends")
    }
    return try Payload.decode(EventPayload.self, from: json, expected: "what \(host) sends")
  }

  private func push(
    _ payload: EventPayload, _ change: RefChange?, in delivery: VerifiedDelivery
  ) throws(Refusal) -> Push {
    // Without it a repeated call could not be told from a new one.
    guard let id = delivery.headers[deliveryHeader] else {
      throw .malformed("The header \(deliveryHeader) is missing; send what \(host) sends")
    }
    let repository = payload.repository
    return Push(
      sources: try [SatisBuild.Source](
        urls: [repository.cloneURL, repository.sshURL, repository.gitURL, repository.htmlURL],
        expected: "what \(host) sends"),
      deliveryID: id,
      changes: change.map { [$0] } ?? [],
      actor: payload.sender?.login ?? payload.pusher?.login ?? payload.pusher?.name)
  }
}

/// What is read of a payload; only the repository is needed, the rest is for the record.
private struct EventPayload: Decodable {
  let repository: Repository
  let ref: String?
  let refType: String?
  let before: String?
  /// What the ref points to afterwards, of an annotated tag the tag itself; zeros when the ref is gone.
  let after: String?
  /// The commit that the ref leads to afterwards.
  let headCommit: Commit?
  /// Gitea's word for `after` where a branch or tag is new.
  let sha: String?
  let action: String?
  let release: Release?
  let sender: Account?
  let pusher: Account?

  enum CodingKeys: String, CodingKey {
    case repository, ref, before, after, sha, action, release, sender, pusher
    case refType = "ref_type"
    case headCommit = "head_commit"
  }

  struct Commit: Decodable {
    let id: String?
  }

  struct Repository: Decodable {
    let cloneURL: String?
    let sshURL: String?
    let gitURL: String?
    let htmlURL: String?

    enum CodingKeys: String, CodingKey {
      case cloneURL = "clone_url"
      case sshURL = "ssh_url"
      case gitURL = "git_url"
      case htmlURL = "html_url"
    }
  }

  struct Release: Decodable {
    let tagName: String?

    enum CodingKeys: String, CodingKey {
      case tagName = "tag_name"
    }
  }

  struct Account: Decodable {
    let login: String?
    let name: String?
  }
}
