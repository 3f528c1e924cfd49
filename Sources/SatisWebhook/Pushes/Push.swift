import SatisAPI

/// What a call is about.
enum HostEvent: Sendable, Hashable {
  /// Something to build.
  case push(Push)
  /// A trial of the hook.
  case ping
  /// Nothing to build, and why.
  case other(reason: String)
}

/// What was pushed, in the words of the host.
struct Push: Sendable, Hashable {
  /// The repository under each of its names, the best first; never empty.
  let sources: [SatisBuild.Source]
  /// The host's name for the call, for the record; nil when it gives none.
  let deliveryID: String?
  /// What tells the call from every other one and stays the same when it is sent again; nil when nothing does.
  let deliveryKey: String?
  /// The branches and tags that were pushed; empty when the host does not say.
  var changes: [RefChange] = []
  /// Who pushed.
  var actor: String?

  /// - Parameter deliveryKey: the delivery's id when left out.
  init(
    sources: [SatisBuild.Source], deliveryID: String?, deliveryKey: String? = nil, changes: [RefChange] = [],
    actor: String? = nil
  ) {
    self.sources = sources
    self.deliveryID = deliveryID
    self.deliveryKey = deliveryKey ?? deliveryID
    self.changes = changes
    self.actor = actor
  }

  /// Whether a branch or tag is gone, so that its versions have to leave the output.
  var deletes: Bool { changes.contains { $0.kind == .deleted } }
}

/// What became of one branch or tag.
struct RefChange: Sendable, Hashable {
  enum Kind: Sendable {
    case created
    case updated
    case deleted
  }

  /// In full, as in `refs/tags/v1.2.0`.
  let ref: String
  let kind: Kind
  /// What it points to now, a commit or an annotated tag; nil when it is gone or the host does not say.
  let object: String?
  /// The commit it leads to now; nil when it is gone or the host does not say.
  let commit: String?

  init(_ ref: String, _ kind: Kind, commit: String? = nil) {
    self.init(ref, kind, object: commit, tagged: commit)
  }

  /// A change by what the ref points to now, which only of a branch is always a commit.
  ///
  /// - Parameter tagged: the commit that a tag leads to; nil when the host does not say.
  init(_ ref: String, _ kind: Kind, object: String?, tagged: String? = nil) {
    self.ref = ref
    self.kind = kind
    self.object = kind == .deleted ? nil : object
    let commit = ref.hasPrefix("refs/tags/") ? tagged : object
    self.commit = kind == .deleted ? nil : commit
  }

  /// A change by the objects before and after it, of which git writes one that is not there as zeros.
  ///
  /// - Parameter tagged: the commit that a tag leads to; nil when the host does not say.
  init(_ ref: String, before: String?, after: String?, tagged: String? = nil) {
    func isNone(_ object: String?) -> Bool {
      object.map { object in !object.isEmpty && object.allSatisfy { $0 == "0" } } ?? false
    }
    self.init(
      ref, isNone(after) ? .deleted : isNone(before) ? .created : .updated, object: after, tagged: tagged)
  }

  /// The full name of a branch or tag, of which some events give the short one and its type.
  static func fullName(_ name: String, type: String?) -> String {
    name.hasPrefix("refs/") ? name : "refs/\(type == "tag" ? "tags" : "heads")/\(name)"
  }
}
