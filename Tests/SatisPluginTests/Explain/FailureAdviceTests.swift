import KubernetesClient
import SatisAPI
import SatisPlugin
import Testing

/// Every reason for which an attempt can fail has a meaning and a remedy of its own.
@Suite struct FailureAdviceTests {
  /// Words that whoever reads the advice needs.
  private static let words: [SatisBuild.Attempt.Reason: [String]] = [
    .configurationChanged: ["satis.json is not the one", "kubectl satis build -r packages", "--purge"],
    .configurationInvalid: ["cannot be used", "kubectl satis lint -", "edit satisrepository packages"],
    .containerFailed: ["without a report", "logs job/packages-1a2b3c4d-1"],
    .deadlineExceeded: ["activeDeadlineSeconds", #""activeDeadlineSeconds":7200"#],
    .evicted: ["ran short", "describe nodes", "requests"],
    .imageNotPulled: ["could not be pulled", "imagePullSecrets", "describe pod packages-1a2b3c4d-1-pod"],
    .jobDeleted: ["was deleted before its end", "get events"],
    .jobRejected: ["does not take the Job", "--default-image"],
    .nodeLost: ["does not answer", "kubectl get nodes", "delete pod packages-1a2b3c4d-1-pod --force"],
    .outOfMemory: ["more memory", #""limits":{"memory":"SIZE"}"#, "SATIS_MEMORY_LIMIT"],
    .outputInvalid: ["not whole", "stays as it was", "--rollback"],
    .outputNotWritable: ["uid 1000", "describe pvc satis-output", "chgrp -R 1000"],
    .podFailed: ["before Satis ran", "describe pod"],
    .podLost: ["left no report", "get events"],
    .podNotCreated: ["made no pod", "describe job packages-1a2b3c4d-1", "satis-build"],
    .podNotStarted: ["did not start", "Secret, ConfigMap or claim"],
    .releaseMoved: ["Another release", "old worker"],
    .releaseUnknown: ["not in the output any more", "--release RELEASE", #""releases":6"#],
    .runnerFailed: ["failed itself", "report it"],
    .satisFailed: ["Satis ended with an error", "logs job/", "kubectl satis lint -"],
    .satisNotFound: ["/satis/bin/satis", "get job packages-1a2b3c4d-1", "composer/satis"],
    .sourceDenied: [
      "does not let Satis in", "deploy key", "git ls-remote https://git.example.org/acme/lib.git",
    ],
    .sourceInvalid: ["composer.json", "composer validate"],
    .sourceUnknown: ["lists no source", "Build everything"],
    .sourceUnreachable: ["did not answer", "NetworkPolicy satis-builds", "HTTPS_PROXY"],
    .sourcesFailed: ["Several sources", "served as they were"],
    .terminated: ["told to stop", "cancelled"],
    .unknown: ["no advice", "logs job/"],
    .unschedulable: ["No node took the pod", "nodeSelector", "ReadWriteOnce"],
    .volumeFull: ["is full", "patch pvc satis-output", "--purge"],
  ]

  @Test func `every reason of a failure is among those below`() {
    #expect(
      Set(Self.words.keys) == Set(SatisBuild.Attempt.Reason.allCases).subtracting([.succeeded]))
  }

  @Test(arguments: SatisBuild.Attempt.Reason.allCases.filter { $0 != .succeeded })
  func `a failure is told with what it means and what to do`(reason: SatisBuild.Attempt.Reason) {
    let story = Builds.story(Builds.failed(reason.rawValue))
    let text = "\(story)"
    for word in Self.words[reason] ?? [] {
      #expect(text.unwrapped.contains(word), "\(reason.rawValue) without '\(word)':\n\(text)")
    }
    #expect(story.reason == reason.rawValue)
    #expect(!story.advice.remedies.isEmpty)
    #expect(story.advice.remedies.contains { !$0.commands.isEmpty })
  }

  @Test func `no two reasons have the same meaning`() {
    let meanings = SatisBuild.Attempt.Reason.allCases.filter { $0 != .succeeded }.map {
      Builds.story(Builds.failed($0.rawValue)).advice.meaning
    }
    #expect(Set(meanings).count == meanings.count)
  }

  @Test func `a reason of the node's own is told as such`() {
    let text = "\(Builds.story(Builds.failed("NodeShutdown")))".unwrapped
    #expect(text.contains("The node ended the pod with a reason of its own, NodeShutdown"))
    #expect(text.contains("kubectl satis retry b1 -n shop"))
  }

  @Test(arguments: [
    ("OutOfMemory", nil, "768Mi", #"{"limits":{"memory":"1536Mi"}}"#),
    ("OutOfMemory", "2Gi", nil, #"{"limits":{"memory":"SIZE"}}"#),
    ("Evicted", nil, nil, #"{"requests":{"memory":"1Gi"}}"#),
    ("Evicted", "2Gi", nil, #"{"requests":{"memory":"4096Mi"}}"#),
    ("Evicted", "1Gi", "2Gi", #"{"requests":{"memory":"2Gi"}}"#),
    ("Evicted", nil, "2Gi", #"{"requests":{"memory":"4096Mi"},"limits":{"memory":"4096Mi"}}"#),
    ("Evicted", "2Gi", "2Gi", #"{"requests":{"memory":"4096Mi"},"limits":{"memory":"4096Mi"}}"#),
  ])
  func `more memory is never asked for than the limit allows`(
    reason: String, request: Quantity?, limit: Quantity?, patch: String
  ) {
    let repository = Builds.repository {
      var template = SatisRepository.PodTemplate()
      template.resources = .init(
        requests: request.map { .init(memory: $0) }, limits: limit.map { .init(memory: $0) })
      $0.spec.podTemplate = template
    }
    let text = "\(Builds.story(Builds.failed(reason), repository: repository))"
    #expect(text.contains(#"{"podTemplate":{"resources":\#(patch)}}"#), "\(text)")
    if reason == "OutOfMemory", let limit { #expect(text.unwrapped.contains("which is \(limit)")) }
  }

  @Test func `no more releases are asked for than can be kept`() {
    let repository = Builds.repository { $0.spec.history = .init(releases: 99) }
    let text = "\(Builds.story(Builds.failed("ReleaseUnknown"), repository: repository))"
    #expect(text.contains(#""releases":100}"#))
  }

  @Test func `credentials are named by their Secrets and keys`() {
    let repository = Builds.repository {
      $0.spec.credentials = .init(
        sshKey: .init(secretKeyRef: .init(name: "deploy", key: "id_ed25519")),
        knownHosts: .init(configMapKeyRef: .init(name: "hosts", key: "known_hosts")))
    }
    let text = "\(Builds.story(Builds.failed("SourceDenied"), repository: repository))".unwrapped
    #expect(
      text.contains("sshKey: Secret deploy, key id_ed25519; knownHosts: ConfigMap hosts, key known_hosts"))
  }

  @Test func `lint is called with the object that holds satis.json`() {
    let repository = Builds.repository {
      $0.spec.config = .init(configMapKeyRef: .init(name: "config", key: "satis.json"))
    }
    let text = "\(Builds.story(Builds.failed("ConfigurationInvalid"), repository: repository))"
    #expect(
      text.contains(
        "kubectl -n shop get satisrepository/packages configmap/config -o yaml | kubectl satis lint -"))
  }

  @Test func `what a stranger wrote into a URL is one word of the command`() {
    let build = Builds.build(
      "b1", .failed, source: .init(url: "https://git.example.org/$(date);'x'"),
      attempts: [Builds.attempt(1, "SourceDenied")])
    #expect("\(Builds.story(build))".contains(#"git ls-remote 'https://git.example.org/$(date);'\''x'\'''"#))
  }

  @Test func `a purge that failed says that nothing was deleted`() {
    let text = "\(Builds.story(Builds.failed("OutputInvalid", operation: .purge)))".unwrapped
    #expect(text.contains("Nothing was deleted."))
    let refused = Builds.build("b1", .failed, source: nil, operation: .purge)
    #expect("\(Builds.story(refused))".contains("kubectl satis build --purge -r packages -n shop"))
  }
}

extension String {
  /// In one line, as the lines of a story end anywhere.
  var unwrapped: String { split(whereSeparator: \.isWhitespace).joined(separator: " ") }
}
