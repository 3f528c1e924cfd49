import KubernetesClient
import SatisAPI

/// What becomes of an old worker: the parts of the new manifest, and what is told about them.
struct MigrationPlan {
  let worker: OldWorker
  let objects: [ManifestObject]
  let satisJSON: String?
  private(set) var notes: [Migration.Note] = []
  private(set) var document = CommentedYAML.map([])
  /// Mounts that have become something else than a volume of the template.
  var used: Set<String> = []
  var credentials: [CommentedYAML.Member] = []
  /// Whether satis.json or the environment had credentials in plain text.
  var needsAuth = false

  init(_ worker: OldWorker, _ objects: [ManifestObject], satisJSON: String?) {
    self.worker = worker
    self.objects = objects.filter { $0.mayShareNamespace(with: worker.object) }
    self.satisJSON = satisJSON
  }

  var namespace: String? { worker.object.namespace }
  var name: String { worker.name.isEmpty ? "packages" : worker.name }

  mutating func note(_ kind: Migration.Note.Kind, _ text: String) {
    let note = Migration.Note(kind: kind, text: text)
    if !notes.contains(note) { notes.append(note) }
  }

  mutating func make() throws(PluginFailure) {
    let config = try configuration()
    let output = output()
    let cache = cache(besides: output.claim)
    readCredentials()
    let (build, template) = (build(), podTemplate())
    var spec: [CommentedYAML.Member] = [config, output.member]
    spec += [cache, credentialsMember, image, pullSecrets, build, schedule, webhook, template].compactMap(
      \.self)
    spec.append(
      .init(
        "state", .text("Suspended"),
        comment: "Set it to Active once the old worker is stopped for good: it does not know the lock."))
    document = .map([
      .init("apiVersion", .text(SatisRepository.resourceType.apiVersion)),
      .init("kind", .text(SatisRepository.resourceType.kind)),
      .init("metadata", .fields(["name": .text(name), "namespace": namespace.map(CommentedYAML.text)])),
      .init("spec", .map(spec)),
    ])
    tellTheRest()
  }

  // MARK: - Image and timetable

  private var image: CommentedYAML.Member? {
    mutating get {
      guard let image = worker.container["image"]?.text, !image.isEmpty else { return nil }
      let isPinned = image.contains("@sha256:")
      note(.taken, "spec.image: \(image), the image of \(worker.title)")
      return .init(
        "image", .text(image),
        comment: image.contains("satis")
          ? (isPinned ? nil : "Decide: a tag can be moved, a digest (@sha256:…) cannot.")
          : "Decide: the image needs PHP, and Satis at /satis/bin/satis or on the PATH. Leave it out for the operator's default."
      )
    }
  }

  private var pullSecrets: CommentedYAML.Member? {
    let names = (worker.pod["imagePullSecrets"]?.elements ?? []).compactMap { $0["name"]?.text }
    guard !names.isEmpty else { return nil }
    return .init("imagePullSecrets", .list(names.map { .fields(["name": .text($0)]) }))
  }

  private var credentialsMember: CommentedYAML.Member? {
    mutating get {
      if needsAuth, !credentials.contains(where: { $0.name == "composerAuth" }) {
        let secret = "\(name)-credentials"
        credentials.append(
          .init(
            "composerAuth",
            .fields(["secretKeyRef": .fields(["name": .text(secret), "key": .text("auth.json")])]),
            comment: "Decide: write an auth.json with the credentials that were in plain text, then\n"
              + "kubectl\(namespace.map { " -n \($0)" } ?? "") create secret generic \(secret) --from-file=auth.json"
          ))
        note(.decide, "credentials were in plain text: make the Secret \(secret) with the key auth.json")
      }
      return credentials.isEmpty ? nil : .init("credentials", .map(credentials))
    }
  }

  // MARK: - What is left

  private mutating func tellTheRest() {
    if !worker.script.sleeps.isEmpty {
      note(
        .left,
        "the loop that sleeps \(worker.script.sleeps[0]) s: the controller sees a new SatisBuild at once")
    }
    if let replicas = worker.object.value["spec"]?["replicas"], replicas != 1 {
      note(.left, "replicas: one build at a time writes to the output, whatever is asked")
    }
    for container in worker.pod["initContainers"]?.elements ?? [] {
      note(
        .left,
        "init container \(container["name"]?.text ?? ""): known_hosts and the like belong in a Secret of spec.credentials"
      )
    }
    let hasUser = [worker.pod, worker.container].contains { $0["securityContext"]?["runAsUser"] != nil }
    note(
      .left,
      "the security context\(hasUser ? "" : " (none: it ran as the image's user, most likely root)"): builds run as uid 1000 "
        + "without any rights")
    for container in worker.pod["containers"]?.elements ?? []
    where container["name"] != worker.container["name"] {
      note(
        .left,
        "container \(container["name"]?.text ?? "") of \(worker.title): the operator has its own webhook service; the web server stays, and has to serve current/"
      )
    }
    note(
      .decide,
      "before it is made Active: stop \(worker.title), then on the volume "
        + "chgrp -R 1000 DIRECTORY; chmod -R g+rwX DIRECTORY; chmod g+s DIRECTORY")
    note(
      .decide,
      "after its first build: let the web server serve current/, delete the old files, and point the git hosts at the webhook service"
    )
  }
}
