import KubernetesClient
import SatisAPI
import Testing

@testable import SatisController

@Suite struct JobManifestTests {
  private func job(_ repository: SatisRepository = Examples.plain) throws -> JSONValue {
    try JobManifest(repository: repository, claim: Examples.claim).manifest(
      defaultImage: "composer/satis:latest")
  }

  private func pod(_ repository: SatisRepository = Examples.plain) throws -> JSONValue {
    try #require(try job(repository)["spec"]?["template"]?["spec"])
  }

  private func container(_ repository: SatisRepository = Examples.plain) throws -> JSONValue {
    try #require(try pod(repository)["containers"]?.elements?.first)
  }

  private func volume(_ name: String, _ repository: SatisRepository) throws -> JSONValue? {
    try pod(repository)["volumes"]?.elements?.first { $0["name"] == .string(name) }
  }

  private func mounts(_ name: String, _ repository: SatisRepository) throws -> [JSONValue] {
    (try container(repository)["volumeMounts"]?.elements ?? []).filter { $0["name"] == .string(name) }
  }

  private func changed(_ change: (inout SatisRepository.Spec) -> Void) -> SatisRepository {
    var repository = Examples.plain
    change(&repository.spec)
    return repository
  }

  @Test func `the Job of a plain repository, whole`() throws {
    let snapshot = Snapshot.name(repository: Examples.plain, configHash: "hash")
    let labels = """
      {"app.kubernetes.io/managed-by": "satis-operator", "app.kubernetes.io/component": "build",
       "satis.dev/repository": "packages", "satis.dev/output": "\(ResourceNames.outputLabelValue(.init(claimName: "output")))"}
      """
    let order = #"""
      {\"deadlineSeconds\":3600,\"full\":false,\"graceSeconds\":3600,\"job\":\"packages-be8246b3-7\",\#
      \"keepReleases\":3,\"operation\":\"Build\",\"options\":[],\#
      \"sources\":[{\"commits\":[\"0123abc\"],\"url\":\"https://git.example.org/acme/lib.git\"},\#
      {\"package\":\"acme/app\",\"url\":\"https://git.example.org/acme/app.git\"}],\"version\":1}
      """#
    let expected = """
      {"apiVersion": "batch/v1", "kind": "Job",
       "metadata": {
         "name": "packages-be8246b3-7", "namespace": "shop", "labels": \(labels),
         "ownerReferences": [{"apiVersion": "satis.dev/v1alpha1", "kind": "SatisRepository", "name": "packages",
                              "uid": "b1f7c1f0", "controller": true}]},
       "spec": {
         "backoffLimit": 0,
         "podReplacementPolicy": "Failed",
         "template": {
           "metadata": {"labels": \(labels), "annotations": {"satis.dev/work-order": "\(order)"}},
           "spec": {
             "restartPolicy": "Never",
             "activeDeadlineSeconds": 4260,
             "terminationGracePeriodSeconds": 60,
             "serviceAccountName": "satis-build",
             "automountServiceAccountToken": false,
             "enableServiceLinks": false,
             "imagePullSecrets": [],
             "securityContext": {
               "runAsNonRoot": true, "runAsUser": 1000, "runAsGroup": 1000, "fsGroup": 1000,
               "fsGroupChangePolicy": "OnRootMismatch", "seccompProfile": {"type": "RuntimeDefault"}},
             "containers": [{
               "name": "satis",
               "image": "composer/satis:latest",
               "command": ["sh", "/satis-operator/snapshot/start.sh"],
               "env": [
                 {"name": "HOME", "value": "/tmp"},
                 {"name": "POD_NAME", "valueFrom": {"fieldRef": {"fieldPath": "metadata.name"}}}],
               "terminationMessagePolicy": "File",
               "resources": {"requests": {"cpu": "100m", "memory": "256Mi"}},
               "securityContext": {
                 "allowPrivilegeEscalation": false, "readOnlyRootFilesystem": true,
                 "capabilities": {"drop": ["ALL"]}},
               "volumeMounts": [
                 {"name": "snapshot", "mountPath": "/satis-operator/snapshot", "readOnly": true},
                 {"name": "snapshot", "mountPath": "/etc/passwd", "subPath": "passwd", "readOnly": true},
                 {"name": "order", "mountPath": "/satis-operator/order", "readOnly": true},
                 {"name": "output", "mountPath": "/output"},
                 {"name": "tmp", "mountPath": "/tmp"},
                 {"name": "cache", "mountPath": "/cache"}]}],
             "volumes": [
               {"name": "snapshot", "configMap": {"name": "\(snapshot)"}},
               {"name": "order", "downwardAPI": {"items": [
                 {"path": "order.json", "fieldRef": {"fieldPath": "metadata.annotations['satis.dev/work-order']"}},
                 {"path": "stop", "fieldRef": {"fieldPath": "metadata.labels['satis.dev/stop']"}}]}},
               {"name": "output", "persistentVolumeClaim": {"claimName": "output"}},
               {"name": "tmp", "emptyDir": {}},
               {"name": "cache", "emptyDir": {}}]}}}}
      """
    #expect(try job() == JSONValue(parsing: expected.utf8))
  }

  @Test func `the same claim makes the same Job`() throws {
    #expect(try job(Examples.everything) == job(Examples.everything))
  }

  @Test func `the name is short enough for the label that Kubernetes makes of it`() throws {
    var repository = Examples.plain
    repository.metadata.name = String(repeating: "a", count: 253)
    let labels = try job(repository)["metadata"]?["labels"]?.members ?? [:]
    #expect(labels.count == 4)
    #expect(labels.values.allSatisfy { ($0.text?.count ?? 64) <= 63 })
  }

  @Test func `the pod may live longer than the runner's own deadline`() throws {
    #expect(try pod(Examples.everything)["activeDeadlineSeconds"] == 1_560)
  }

  // MARK: - What the repository asks for

  @Test func `the repository's image and its pull secrets win over the default`() throws {
    #expect(try container(Examples.everything)["image"] == "registry.example.org/satis@sha256:0123")
    #expect(try pod(Examples.everything)["imagePullSecrets"] == [["name": "registry"], ["name": "mirror"]])
  }

  @Test func `the repository's variables come first, in order, so that the operator's win`() throws {
    let names = try container(Examples.everything)["env"]?.elements?.compactMap { $0["name"]?.text }
    #expect(names == ["HTTPS_PROXY", "NO_PROXY", "HOME", "HOME", "POD_NAME"])
    #expect(try container(Examples.everything)["env"]?.elements?[3]["value"] == "/tmp")
  }

  @Test func `a snapshot in a Secret is mounted from there`() throws {
    let name = Snapshot.name(repository: Examples.everything, configHash: "hash")
    #expect(
      try volume("snapshot", Examples.everything) == [
        "name": "snapshot", "secret": ["secretName": .string(name)],
      ])
    #expect(try mounts("snapshot", Examples.everything) == mounts("snapshot", Examples.plain))
  }

  @Test func `the output is a directory of its claim`() throws {
    #expect(
      try mounts("output", Examples.everything)
        == [["name": "output", "mountPath": "/output", "subPath": "php/packages"]])
  }

  @Test func `the cache is a directory of this repository alone`() throws {
    #expect(
      try volume("cache", Examples.everything)
        == ["name": "cache", "persistentVolumeClaim": ["claimName": "cache"]])
    #expect(
      try mounts("cache", Examples.everything)
        == [["name": "cache", "mountPath": "/cache", "subPath": "shop/packages-b1f7c1f0"]])
  }

  @Test func `credentials are files that the user's group may read, each from its own object`() throws {
    #expect(
      try volume("credentials", Examples.everything) == [
        "name": "credentials",
        "projected": [
          "defaultMode": 0o440,
          "sources": [
            ["secret": ["name": "auth", "items": [["key": "composer", "path": "auth.json"]]]],
            ["secret": ["name": "deploy", "items": [["key": "id_ed25519", "path": "id_key"]]]],
            ["configMap": ["name": "hosts", "items": [["key": "known_hosts", "path": "known_hosts"]]]],
            ["secret": ["name": "company-ca", "items": [["key": "ca.pem", "path": "ca.crt"]]]],
          ],
        ],
      ])
    #expect(
      try mounts("credentials", Examples.everything)
        == [["name": "credentials", "mountPath": "/satis-operator/credentials", "readOnly": true]])
  }

  @Test func `no credentials make no volume`() throws {
    #expect(try volume("credentials", Examples.plain) == nil)
    #expect(try volume("credentials", changed { $0.credentials = .init() }) == nil)
  }

  @Test func `every mount has its volume and every volume its mount`() throws {
    for repository in [Examples.plain, Examples.everything] {
      let volumes = Set(try pod(repository)["volumes"]?.elements?.compactMap { $0["name"]?.text } ?? [])
      let mounted = Set(
        try container(repository)["volumeMounts"]?.elements?.compactMap { $0["name"]?.text } ?? [])
      #expect(volumes == mounted)
    }
  }
}
