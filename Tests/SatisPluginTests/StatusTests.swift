import KubernetesClient
import SatisAPI
import SatisPlugin
import Testing

@Suite struct StatusTests {
  private let now = PluginExamples.now

  private var busy: SatisRepository {
    PluginExamples.repository("packages") {
      $0.spec.schedule = .init(full: "0 3 * * *")
      $0.status = .init()
      $0.status?.conditions = PluginExamples.ready(.yes, "Ready", "builds can run")
      $0.status?.queuedBuilds = 2
      $0.status?.activeJob = .init(
        name: "packages-7", startTime: now + -90, configHash: "", full: false,
        builds: [.init(name: "b1", uid: "1", sources: []), .init(name: "b2", uid: "2", sources: [])])
      $0.status?.release = "r7"
      $0.status?.lastSucceededTime = now + -7_200
      $0.status?.nextFullBuildTime = now + 18_000
    }
  }

  @Test func `repositories are a table in the order of their names`() {
    let broken = PluginExamples.repository("libs") {
      $0.status = .init()
      $0.status?.conditions = PluginExamples.ready(.no, "ClaimNotFound")
    }
    let suspended = PluginExamples.repository("old") {
      $0.spec.state = .suspended
      $0.status = .init()
      $0.status?.conditions = PluginExamples.ready(.yes, "Ready")
    }
    let new = PluginExamples.repository("new")
    #expect(
      "\(RepositoryOverview([busy, broken, suspended, new], now: now))" == """
        NAME       READY                   QUEUED   RUNNING   LAST SUCCESS   RELEASE   NEXT FULL   NEXT PURGE
        libs       False (ClaimNotFound)   0        0         never
        new        Unknown                 0        0         never
        old        True (Suspended)        0        0         never
        packages   True                    2        2         120m ago       r7        in 5h
        """)
  }

  @Test func `a repository that changes is a further line of the table`() {
    let overview = RepositoryOverview([busy], now: now)
    let line = overview.line(of: PluginExamples.repository("libs"), now: now)
    #expect(line == "libs       Unknown   0        0         never")
  }

  @Test func `one repository is shown with its queue and what has ended`() {
    let builds = [
      PluginExamples.build("b4", .succeeded, age: 4_000) {
        $0.spec.operation = .purge
        $0.status?.startTime = now + -3_980
        $0.status?.attempts = [.init(number: 1, jobName: "j", startTime: now)]
      },
      PluginExamples.build("b3", .failed, age: 300) { $0.spec.source = .init(package: "acme/lib") },
      PluginExamples.build("b2", .queued, message: "waits for its turn", age: 10),
      PluginExamples.build("b1", .running, message: "runs", age: 5) {
        $0.spec.source = .init(url: "https://me:hunter2@git.example.org/acme/lib.git")
      },
    ]
    #expect(
      "\(RepositoryDescription(busy, builds: builds, now: now))" == """
        Name:          packages
        Namespace:     team
        Ready:         True (Ready): builds can run
        State:         Active
        Release:       r7
        Last success:  1970-01-12T11:46:40Z (120m ago)
        Running:       packages-7, since 90s
        Next full:     1970-01-12T18:46:40Z (in 5h)

        Waiting and running:
        BUILD   SOURCE                                     STATUS    ATTEMPTS   AGE   MESSAGE
        b1      https://***@git.example.org/acme/lib.git   Running   0          5s    runs
        b2      all                                        Queued    0          10s   waits for its turn

        Ended:
        BUILD   SOURCE     STATUS      ATTEMPTS   TOOK   FINISHED
        b3      acme/lib   Failed      0                 4m30s ago
        b4      purge      Succeeded   1          10s    66m ago
        """)
  }

  @Test func `a repository without builds is its fields alone`() {
    let text = "\(RepositoryDescription(PluginExamples.repository(), builds: [], now: now))"
    #expect(text.contains("Release:       none"))
    #expect(text.contains("Last success:  none"))
    #expect(!text.contains("BUILD"))
  }

  @Test func `of what has ended the last ten are shown`() {
    let builds = (0..<30).map { PluginExamples.build("b\($0)", .succeeded, age: 1_000 - Int64($0)) }
    let text = "\(RepositoryDescription(PluginExamples.repository(), builds: builds, now: now))"
    #expect(text.split(separator: "\n").filter { $0.contains("Succeeded") }.count == 10)
    #expect(text.contains("b29 ") && !text.contains("b19 "))
  }

  @Test func `the newest build is the one that was created last`() {
    let builds = [
      PluginExamples.build("a", age: 5), PluginExamples.build("c", age: 1), PluginExamples.build("b", age: 1),
    ]
    #expect(builds.newestFirst.map(\.metadata.name) == ["c", "b", "a"])
  }
}
