import Foundation
import KubernetesClient
import SatisAPI
import Testing

/// The Swift types and the resource definitions say the same.
@Suite struct SchemaAgreementTests {
  /// Where a value with every field set and a schema differ.
  private func differences(_ value: JSONValue, _ schema: Schema, at path: String) -> [String] {
    switch (schema, value) {
    case (.object(let properties, _), .object(let members)):
      let unknown = members.keys.filter { properties[$0] == nil }.map { "\(path).\($0) is not in the schema" }
      let absent = properties.keys.filter { members[$0] == nil }.map { "\(path).\($0) is not in the type" }
      let inside = members.flatMap { name, value in
        properties[name].map { differences(value, $0, at: "\(path).\(name)") } ?? []
      }
      return unknown + absent + inside
    case (.array(let items), .array(let elements)):
      guard !elements.isEmpty else { return ["\(path) has no element to compare"] }
      return elements.flatMap { differences($0, items, at: "\(path)[]") }
    case (.map(let values), .object(let members)):
      guard !members.isEmpty else { return ["\(path) has no member to compare"] }
      return members.flatMap { differences($1, values, at: "\(path){}") }
    case (.anything, _): return []
    case (.leaf("integer", _, _), .integer), (.leaf("boolean", _, _), .bool): return []
    case (.leaf("string", "date-time", _), .string(let text)):
      return Timestamp(text) == nil ? ["\(path) is no time in the type"] : []
    case (.leaf("string", nil, let allowed), .string(let text)):
      return allowed.isEmpty || allowed.contains(text) ? [] : ["\(path): '\(text)' is not in the schema"]
    default: return ["\(path) is \(value) in the type and \(schema) in the schema"]
    }
  }

  /// The optional fields, and the values that the schema allows for the others, by their paths.
  private func variants(
    _ value: JSONValue, _ schema: Schema, at path: [Step]
  ) -> [(path: [Step], value: JSONValue?)] {
    switch (schema, value) {
    case (.object(let properties, let required), .object(let members)):
      return members.flatMap { name, value in
        let own = path + [.member(name)]
        let inside = properties[name].map { variants(value, $0, at: own) } ?? []
        return required.contains(name) ? inside : inside + [(own, nil)]
      }
    case (.array(let items), .array(let elements)):
      return elements.enumerated().flatMap { variants($1, items, at: path + [.element($0)]) }
    case (.map(let values), .object(let members)):
      return members.flatMap { variants($1, values, at: path + [.member($0)]) }
    case (.leaf(_, _, let allowed), _):
      return allowed.map { (path, .string($0)) }
    default: return []
    }
  }

  /// Compares the parts of a resource that are its own; the API server adds the rest to every schema.
  private func check<Object: KubernetesObject>(_ full: Object, _ file: String) throws {
    let schema = try Schema.definition(file)
    let object = try JSONValue(encoding: full)
    for part in ["spec", "status"] {
      let value = try #require(object[part])
      let partSchema = try #require(schema[part])
      #expect(differences(value, partSchema, at: part) == [])

      for (path, replacement) in variants(value, partSchema, at: [.member(part)]) {
        let variant = object.replacing(path[...], with: replacement)
        let place = path.map(\.description).joined()
        #expect(throws: Never.self, "\(place) is allowed to be \(replacement.map { "\($0)" } ?? "left out")")
        {
          let decoded = try JSONDecoder().decode(Object.self, from: Data(variant.serialized().utf8))
          #expect(try JSONValue(encoding: decoded) == variant, "\(place)")
        }
      }
    }
  }

  @Test func `a repository has the fields of its resource definition and no others`() throws {
    try check(Examples.repository, "satisrepositories.yaml")
  }

  @Test func `a build has the fields of its resource definition and no others`() throws {
    try check(Examples.build, "satisbuilds.yaml")
  }

  @Test func `group, version, kind and plural are those of the resource definitions`() throws {
    for (type, file) in [
      (SatisRepository.resourceType, "satisrepositories.yaml"), (SatisBuild.resourceType, "satisbuilds.yaml"),
    ] {
      #expect(try Schema.names(file) == [type.group, type.version, type.kind, type.plural])
    }
  }
}

/// Values in which every field is set; their parts need not make sense together.
private enum Examples {
  private static let time = Timestamp(seconds: 1_700_000_000)
  private static let key = KeyReference(name: "name", key: "key")
  private static let either = KeySource(configMapKeyRef: key, secretKeyRef: key)
  private static let conditions = [
    Condition(
      type: "Ready", status: .unknown, reason: "Because", message: "so", observedGeneration: 1,
      lastTransitionTime: time)
  ]

  static let repository: SatisRepository = {
    var spec = SatisRepository.Spec(
      config: .init(inline: "{}", configMapKeyRef: key, secretKeyRef: key),
      output: .init(claimName: "output", path: "packages"))
    spec.sourceAliases = [
      .init(url: "https://git.example.org/old/lib.git", source: "https://git.example.org/acme/lib.git")
    ]
    spec.cache = .init(claimName: "cache")
    spec.credentials = .init(
      composerAuth: .init(secretKeyRef: key), sshKey: .init(secretKeyRef: key), knownHosts: either,
      caBundle: either)
    spec.image = "satis"
    spec.imagePullSecrets = [.init(name: "registry")]
    var build = SatisRepository.Build(
      activeDeadlineSeconds: 60, options: [.minify, .noHTML],
      env: [.init(name: "HTTPS_PROXY", value: "http://proxy")])
    build.startDeadlineSeconds = 60
    build.retryLimit = 3
    build.backoffSeconds = 10
    build.maxBackoffSeconds = 300
    build.batchLimit = 50
    spec.build = build
    spec.schedule = .init(full: "30 3 * * *", purge: "0 5 * * SUN", timeZone: "Europe/Berlin")
    var webhook = SatisRepository.Webhook(secretRefs: [key])
    webhook.unknownSource = .fullBuild
    spec.webhook = webhook
    spec.history = .init(
      succeededLimit: 20, failedLimit: 20, ttlSeconds: 604_800, releases: 3, graceSeconds: 3_600)
    spec.notifications = [
      .init(
        type: .webhook, urlSecretRef: key, signingSecretRef: key, on: [.succeeded, .failed, .recovered])
    ]
    spec.podTemplate = podTemplate
    spec.state = .suspended
    var status = SatisRepository.Status()
    status.observedGeneration = 1
    status.conditions = conditions
    status.jobSequence = 7
    status.activeJob = .init(
      name: "job", startTime: time, configHash: "hash", operation: .build, full: true, release: "release",
      builds: [
        .init(
          name: "build", uid: "uid",
          sources: [
            .init(url: "https://git.example.org/acme/lib.git", package: "acme/lib", commits: ["c0ffee"])
          ],
          supersedes: ["older"])
      ])
    status.queuedBuilds = 2
    status.configHash = "hash"
    status.release = "release"
    status.lastSucceededTime = time
    status.lastScheduledFullTime = time
    status.lastScheduledPurgeTime = time
    status.nextFullBuildTime = time
    status.nextPurgeTime = time
    return SatisRepository(
      metadata: ObjectMetadata(name: "packages", namespace: "shop"), spec: spec, status: status)
  }()

  private static let podTemplate: SatisRepository.PodTemplate = {
    let amounts = SatisRepository.PodTemplate.Amounts(cpu: "1", memory: "1Gi", ephemeralStorage: "1Gi")
    var template = SatisRepository.PodTemplate()
    template.resources = .init(requests: amounts, limits: amounts)
    template.nodeSelector = ["a": "b"]
    template.affinity = ["nodeAffinity": [:]]
    template.tolerations = [
      .init(key: "a", operator: .exists, value: "b", effect: .noExecute, tolerationSeconds: 60)
    ]
    template.priorityClassName = "builds"
    template.labels = ["a": "b"]
    template.annotations = ["a": "b"]
    var volume = SatisRepository.PodTemplate.Volume(
      name: "volume", mountPath: "/volume", subPath: "file", readOnly: true)
    volume.configMap = .init(name: "map")
    volume.secret = .init(secretName: "secret")
    volume.emptyDir = .init(medium: .memory, sizeLimit: "1Gi")
    volume.persistentVolumeClaim = .init(claimName: "claim")
    template.volumes = [volume]
    return template
  }()

  static let build: SatisBuild = {
    var attempt = SatisBuild.Attempt(number: 1, jobName: "job", startTime: time)
    attempt.podName = "pod"
    attempt.completionTime = time
    attempt.exitCode = 0
    attempt.reason = "Succeeded"
    attempt.message = "so"
    var status = SatisBuild.Status()
    status.observedGeneration = 1
    status.conditions = conditions
    status.specHash = "hash"
    status.queuedTime = time
    status.startTime = time
    status.completionTime = time
    status.jobName = "job"
    status.podName = "pod"
    status.attempts = [attempt]
    status.nextAttemptTime = time
    status.supersededBy = "newer"
    status.notifiedTime = time
    status.release = "release"
    status.logTail = "the end"
    var spec = SatisBuild.Spec(
      repositoryRef: .init(name: "packages"), operation: .rollback,
      source: .init(url: "https://git.example.org/lib", package: "acme/lib", prune: true), release: "release",
      trigger: .init(
        type: .webhook, provider: "github", deliveryID: "d1", ref: "main", commit: "c0ffee", actor: "me"))
    spec.state = .cancelled
    return SatisBuild(
      metadata: ObjectMetadata(name: "build", namespace: "shop"), spec: spec, status: status)
  }()
}
