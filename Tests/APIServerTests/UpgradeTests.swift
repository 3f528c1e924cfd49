import Foundation
import KubernetesClient
import SatisAPI
import SatisController
import TestSupport
import Testing

/// Objects that another version of the operator has written: an earlier one, or a later one before somebody went back.
///
/// `Tests/Fixtures/stored` has, by version, a repository in whose status a Job is claimed that was not created yet, and
/// builds. A version that changes what is stored adds a folder; those that are there stay as they are.
@Suite(.timeLimit(.minutes(4))) struct UpgradeTests {
  /// A repository and its builds as a version has left them, on a server.
  private struct Stored {
    let server: TestServer
    let kubectl: Kubectl
    let namespace: String

    /// Creates the objects of a version, as that one has written them.
    ///
    /// - Parameter change: what else stands in each status.
    init(
      _ version: String, on server: TestServer, in namespace: String,
      _ change: (String, inout JSONValue) -> Void = { _, _ in }
    ) async throws {
      self.server = server
      self.namespace = namespace
      kubectl = Kubectl(kubeconfig: server.kubeconfig, namespace: namespace)
      try await server.createClaim("output", in: namespace)
      let folder = "Tests/Fixtures/stored/\(version)"
      var places: [String: String] = [:]
      let builds = try Self.read("\(folder)/builds.json").elements ?? []
      let repository = try Self.read("\(folder)/repository.json")
      for object in builds + [repository] {
        let made = try await create(object)
        places["UID-\(made.name)"] = made.uid ?? ""
        if object == repository { places["JOB"] = ResourceNames.job(repository: made, sequence: 7) }
      }
      for object in builds + [repository] {
        var status = object["status"] ?? [:]
        change(Self.name(object), &status)
        try await write(Self.replacing(places, in: status), to: object)
      }
    }

    private func create(_ object: JSONValue) async throws -> ObjectMetadata {
      var object = object
      object["status"] = nil
      let text = try await kubectl.run("create", "-f", "-", "-o", "json", input: try object.serialized())
      return try JSONDecoder().decode(Stored.Metadata.self, from: Data(text.utf8)).metadata
    }

    private struct Metadata: Decodable {
      var metadata: ObjectMetadata
    }

    private func write(_ status: JSONValue, to object: JSONValue) async throws {
      let name = Self.name(object)
      let key = NamespacedName(namespace: namespace, name: name)
      if object["kind"] == "SatisBuild" {
        _ = try await server.client.mergePatch(
          SatisBuild.self, key, subresource: .status, patch: ["status": status], resourceVersion: nil)
      } else {
        _ = try await server.client.mergePatch(
          SatisRepository.self, key, subresource: .status, patch: ["status": status], resourceVersion: nil)
      }
      let stored = try await self.status(of: object["kind"]?.text ?? "", name)
      #expect(stored == status, "\(name) is not stored as it was")
    }

    /// The whole status, whether this version knows its fields or not.
    func status(of kind: String, _ name: String) async throws -> JSONValue {
      let text = try await kubectl.run("get", kind.lowercased(), name, "-o", "json")
      return try JSONValue(parsing: text.utf8)["status"] ?? [:]
    }

    /// Carries out the claim, with Kubernetes' part in it, and waits until it is given back.
    func finish() async throws {
      let claimed = try await server.client.get(
        SatisRepository.self, NamespacedName(namespace: namespace, name: "packages"))
      let name = claimed.status?.activeJob?.name ?? ""
      let job = try await server.wait(for: Job.self, name, in: namespace) { _ in true }
      let jobs = JobController(client: server.client)
      let pod = try await jobs.startPod(of: job)
      try await jobs.end(job, pod: pod, exitCode: 0, message: runnerReport(succeeded: true))
      try await server.wait(for: SatisRepository.self, "packages", in: namespace) {
        $0.status?.activeJob == nil
      }
      try await server.wait(for: SatisBuild.self, "claimed", in: namespace) { $0.status?.isFinished == true }
    }

    private static func name(_ object: JSONValue) -> String { object["metadata"]?["name"]?.text ?? "" }

    private static func read(_ file: String) throws -> JSONValue {
      try JSONValue(parsing: try Data(contentsOf: URL(fileURLWithPath: checkoutPath(file))))
    }

    private static func replacing(_ places: [String: String], in value: JSONValue) -> JSONValue {
      switch value {
      case .string(let text): .string(places[text] ?? text)
      case .array(let elements): .array(elements.map { replacing(places, in: $0) })
      case .object(let members): .object(members.mapValues { replacing(places, in: $0) })
      case .null, .bool, .integer, .number: value
      }
    }
  }

  private static var versions: [String] {
    get throws {
      try FileManager.default.contentsOfDirectory(atPath: checkoutPath("Tests/Fixtures/stored")).sorted()
    }
  }

  private func withController(
    on server: TestServer, in namespace: String, _ body: @escaping @Sendable () async throws -> Void
  ) async throws {
    let controller = try SatisController(
      client: server.client, configuration: .init(namespace: namespace, defaultImage: "satis:test"),
      events: server.events(), logger: .quiet, now: wallClock)
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { await controller.run() }
      try await body()
      group.cancelAll()
    }
  }

  @Test(arguments: try versions)
  func `a claim of an earlier version is carried out, and what it has stored stays`(
    version: String
  )
    async throws
  {
    let server = try TestServer()
    try await server.withNamespace { namespace in
      let stored = try await Stored(version, on: server, in: namespace)
      let kept = ["ended", "older"]
      var before: [JSONValue] = []
      for name in kept { before.append(try await stored.status(of: "SatisBuild", name)) }
      try await withController(on: server, in: namespace) { try await stored.finish() }

      for (name, status) in zip(kept, before) {
        let after = try await stored.status(of: "SatisBuild", name)
        #expect(after == status, "\(name)")
      }
      let claimed = try await stored.status(of: "SatisBuild", "claimed")
      // Neither the hash of its spec nor that of satis.json is another one in this version.
      #expect(claimed["conditions"]?.elements?.first?["reason"] == "Succeeded")
      #expect(claimed["attempts"]?.elements?.count == 1)
      let repository = try await stored.status(of: "SatisRepository", "packages")
      #expect(repository["jobSequence"] == 7)
      for field in ["configHash", "lastScheduledFullTime", "lastScheduledPurgeTime"] {
        #expect(repository[field] != nil, "\(field)")
      }
    }
  }

  @Test func `fields that only a later version knows outlive what this one writes`() async throws {
    try await FreshServer.run { fresh in
      // The definitions of the later version, which stay when somebody goes back.
      let status = "/spec/versions/0/schema/openAPIV3Schema/properties/status"
      for (kind, place) in [
        ("satisbuilds", status), ("satisrepositories", status),
        ("satisrepositories", "\(status)/properties/activeJob"),
      ] {
        try await fresh.kubectl.run(
          "patch", "crd", "\(kind).satis.dev", "--type", "json", "--patch",
          #"[{"op": "add", "path": "\#(place)/x-kubernetes-preserve-unknown-fields", "value": true}]"#)
      }
      try await fresh.kubectl.run("create", "namespace", "later")
      let later: JSONValue = ["reason": "BecauseOfLater", "numbers": [1, 2]]
      let stored = try await Stored("0.1.0", on: fresh.server, in: "later") { _, status in
        status["later"] = later
        if status["activeJob"] != nil { status["activeJob"]?["later"] = later }
      }
      try await withController(on: fresh.server, in: "later") { try await stored.finish() }
      for name in ["ended", "older", "claimed"] {
        let after = try await stored.status(of: "SatisBuild", name)
        #expect(after["later"] == later, "\(name)")
      }
      let repository = try await stored.status(of: "SatisRepository", "packages")
      #expect(repository["later"] == later)
      #expect(repository["release"] == "20260101T000000Z-1")
    }
  }
}
