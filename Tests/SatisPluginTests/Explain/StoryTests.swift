import KubernetesClient
import SatisAPI
import SatisPlugin
import Testing

/// What a build's story tells beside why it failed.
@Suite struct StoryTests {
  @Test func `a story has who asked, what happened in order, what it means and what to do`() {
    let build = Builds.build(
      "b1", .failed, message: "https://git.example.org/acme/lib.git could not be built",
      trigger: .init(
        type: .webhook, provider: "github", deliveryID: "72d3162e", ref: "refs/heads/main", commit: "c0ffee",
        actor: "jane"),
      attempts: [
        Builds.attempt(1, "SourceUnreachable", exitCode: 100, message: "connection refused"),
        Builds.attempt(
          2, "SourceDenied", exitCode: 1, message: "https://git.example.org/acme/lib.git could not be built"),
      ])
    let other = Builds.build(
      "b2", .succeeded, attempts: [Builds.attempt(1, "Succeeded", job: "packages-1a2b3c4d-2")])
    let older = {
      var older = Builds.build("b0", .superseded)
      older.status?.supersededBy = "b1"
      return older
    }()
    let text = "\(Builds.story(build, others: [build, other, older]))"
    #expect(
      text.hasPrefix(
        """
        SatisBuild b1 in namespace shop: Failed (SourceDenied)

        What was asked
          build https://git.example.org/acme/lib.git of SatisRepository packages
          asked by a push of refs/heads/main, commit c0ffee, by jane
          told by github, delivery 72d3162e

        What happened
          2023-11-14T22:13:20Z  created
          2023-11-14T22:13:20Z  queued, and waited 10s
          2023-11-14T22:13:30Z  attempt 1: Job packages-1a2b3c4d-1
                                pod packages-1a2b3c4d-1-pod
          2023-11-14T22:13:35Z  attempt 1 failed after 5s: SourceUnreachable, exit code 100
                                connection refused
          2023-11-14T22:13:40Z  attempt 2: Job packages-1a2b3c4d-2
                                pod packages-1a2b3c4d-2-pod
                                shared with b2
          2023-11-14T22:13:45Z  attempt 2 failed after 5s: SourceDenied, exit code 1
                                https://git.example.org/acme/lib.git could not be built
          2023-11-14T22:14:20Z  took over what b0 asked for, which ended Superseded
          2023-11-14T22:14:20Z  ended Failed

        What it means
          A git host does not let Satis in
        """), "\(text)")
    #expect(text.contains("\nWhat to do\n  - The repository names no credentials."))
  }

  @Test(arguments: [
    (SatisBuild.Trigger.Kind.schedule, "asked by spec.schedule"),
    (.configuration, "satis.json was new or had changed"),
    (.manual, "asked by hand"),
  ])
  func `who asked is told for every kind of trigger`(kind: SatisBuild.Trigger.Kind, words: String) {
    #expect("\(Builds.story(Builds.build(trigger: .init(type: kind))))".contains(words))
  }

  @Test func `a build that waits says what for`() {
    let queued = Builds.build("b1", .queued, message: "waits for its turn")
    let suspended = Builds.repository { $0.spec.state = .suspended }
    #expect("\(Builds.story(queued, repository: suspended))".contains(#"-p '{"spec":{"state":"Active"}}'"#))
    let hindered = Builds.repository {
      $0.status?.conditions = [
        Condition(
          type: ConditionType.ready, status: .no, reason: "ClaimNotFound",
          message: "claim 'x' does not exist",
          observedGeneration: 1, lastTransitionTime: Builds.start)
      ]
    }
    let text = "\(Builds.story(queued, repository: hindered))"
    #expect(text.unwrapped.contains("cannot run (ClaimNotFound): claim 'x' does not exist"))
    #expect(text.contains("kubectl -n shop get pvc"))
    let busy = Builds.repository {
      $0.status?.activeJob = .init(
        name: "packages-1-7", startTime: Builds.start, configHash: "", full: true, builds: [])
    }
    #expect("\(Builds.story(queued, repository: busy))".contains("Job packages-1-7 writes to the output"))
    #expect(
      "\(Builds.story(queued, repository: nil))".unwrapped.contains(
        "SatisRepository packages, which is not there"))
    #expect("\(Builds.story(queued))".contains("--max-concurrent-jobs"))
  }

  @Test func `that a repository may not be seen is not taken for that there is none`() {
    for build in [Builds.build("b1", .queued), Builds.build("b1", .invalid)] {
      let missing = "\(Builds.story(build, repository: nil))".unwrapped
      #expect(
        missing.contains("SatisRepository packages, which is not there")
          || missing.contains("packages is not there"))
      #expect(missing.contains("Create the repository") && !missing.contains("edit satisrepository"))
      let hidden = "\(Builds.story(build, repository: nil, isHidden: true))".unwrapped
      #expect(!hidden.contains("not there"))
    }
  }

  @Test func `a build that runs can be watched and stopped`() {
    let text = "\(Builds.story(Builds.build("b1", .running, attempts: [Builds.attempt(1, nil)])))"
    #expect(text.contains("kubectl satis logs b1 --follow -n shop"))
    #expect(text.contains("kubectl satis cancel b1 -n shop"))
  }

  @Test func `a build that is tried again says when, and not to build it again`() {
    var build = Builds.build("b1", .retrying, attempts: [Builds.attempt(1, "SourceUnreachable")])
    build.status?.nextAttemptTime = Builds.start + 100
    let text = "\(Builds.story(build))"
    #expect(text.unwrapped.contains("tried again in 30s, at 2023-11-14T22:15:00Z"))
    #expect(text.contains("2023-11-14T22:15:00Z  is tried again"))
    #expect(!text.contains("kubectl satis retry"))
  }

  @Test func `a superseded build leads to the one that stands for it`() {
    var build = Builds.build("b1", .superseded)
    build.status?.supersededBy = "b2"
    let text = "\(Builds.story(build, others: [Builds.build("b2", .succeeded)]))"
    #expect(text.contains("SatisBuild b2, which stands for it, is Succeeded"))
    #expect(text.contains("kubectl satis explain b2 -n shop"))
    #expect("\(Builds.story(build))".contains("is not there any more"))
  }

  @Test func `a build that succeeded says whether its release is served`() {
    var build = Builds.build("b1", .succeeded, attempts: [Builds.attempt(1, "Succeeded")])
    build.status?.release = "r1"
    build.status?.logTail = "the end"
    let served = Builds.story(build, repository: Builds.repository { $0.status?.release = "r1" })
    #expect(served.advice.meaning == "It was built, and is served.")
    #expect(served.reason == nil)
    #expect(!"\(served)".contains("the end"))
    let later = Builds.story(build, repository: Builds.repository { $0.status?.release = "r2" })
    #expect(later.advice.meaning.contains("Now r2 is served"))
  }

  @Test func `cancelled, invalid and unseen builds have their own advice`() {
    #expect("\(Builds.story(Builds.build("b1", .cancelled)))".contains("kubectl satis retry b1"))
    let invalid = "\(Builds.story(Builds.build("b1", .invalid, message: "satis.json lists no source 'x'")))"
    #expect(invalid.contains("satis.json lists no source 'x'"))
    #expect(invalid.contains("spec.sourceAliases"))
    let unseen = "\(Builds.story(Builds.build()))"
    #expect(unseen.contains("b1 in namespace shop: New"))
    #expect(unseen.contains("get lease satis-controller-leader"))
  }

  @Test func `nothing that a stranger wrote steers the terminal or shows a password`() {
    let build = Builds.build(
      "b1", .failed, message: "one\u{1B}[31mtwo",
      source: .init(url: "https://me:secret@git.example.org/lib.git"),
      attempts: [Builds.attempt(1, "SourceDenied", message: "\u{7}bell")])
    let text = "\(Builds.story(build))"
    #expect(!text.contains("\u{1B}") && !text.contains("\u{7}"))
    #expect(!text.contains("secret"))
  }

  @Test func `for programs a story is an object`() throws {
    let story = Builds.story(Builds.failed("VolumeFull"))
    let value = try JSONValue(encoding: story)
    #expect(value["state"] == "Failed")
    #expect(value["reason"] == "VolumeFull")
    #expect(value["advice"]?["remedies"]?.elements?.isEmpty == false)
    #expect(value["events"]?.elements?.first?["time"] == "2023-11-14T22:13:20Z")
  }
}
