import KubernetesClient
import SatisAPI
import Testing

@testable import SatisController

@Suite struct PodTemplateManifestTests {
  private func template(_ change: (inout SatisRepository.PodTemplate) -> Void) throws -> JSONValue {
    var repository = Examples.plain
    var template = SatisRepository.PodTemplate()
    change(&template)
    repository.spec.podTemplate = template
    let job = try JobManifest(repository: repository, claim: Examples.claim).manifest(defaultImage: "satis")
    return try #require(job["spec"]?["template"])
  }

  private func resources(
    requests: SatisRepository.PodTemplate.Amounts? = nil, limits: SatisRepository.PodTemplate.Amounts? = nil
  ) throws -> JSONValue? {
    try template { $0.resources = .init(requests: requests, limits: limits) }["spec"]?["containers"]?
      .elements?.first?["resources"]
  }

  @Test func `an empty template changes nothing`() throws {
    var repository = Examples.plain
    repository.spec.podTemplate = .init()
    let job = try JobManifest(repository: repository, claim: Examples.claim).manifest(defaultImage: "satis")
    #expect(
      try job
        == JobManifest(repository: Examples.plain, claim: Examples.claim).manifest(defaultImage: "satis"))
  }

  @Test func `requests and limits lie over the defaults, each by itself`() throws {
    #expect(
      try resources(requests: .init(cpu: "2"), limits: .init(memory: "2Gi", ephemeralStorage: "4Gi")) == [
        "requests": ["cpu": "2", "memory": "256Mi"], "limits": ["memory": "2Gi", "ephemeral-storage": "4Gi"],
      ])
  }

  @Test func `a limit below a default request lowers that, which no server would take else`() throws {
    #expect(
      try resources(limits: .init(cpu: "50m", memory: "0.25Gi"))
        == ["requests": ["cpu": "50m", "memory": "256Mi"], "limits": ["cpu": "50m", "memory": "0.25Gi"]])
  }

  @Test func `what decides about the node is handed on`() throws {
    let affinity: JSONValue = [
      "podAffinity": [
        "requiredDuringSchedulingIgnoredDuringExecution": [["topologyKey": "kubernetes.io/hostname"]]
      ]
    ]
    let spec = try template {
      $0.nodeSelector = ["kubernetes.io/arch": "amd64"]
      $0.affinity = affinity
      $0.tolerations = [
        .init(key: "dedicated", operator: .equal, value: "builds", effect: .noExecute, tolerationSeconds: 60)
      ]
      $0.priorityClassName = "builds"
    }["spec"]
    #expect(spec?["nodeSelector"] == ["kubernetes.io/arch": "amd64"])
    #expect(spec?["affinity"] == affinity)
    #expect(
      spec?["tolerations"] == [
        [
          "key": "dedicated", "operator": "Equal", "value": "builds", "effect": "NoExecute",
          "tolerationSeconds": 60,
        ]
      ])
    #expect(spec?["priorityClassName"] == "builds")
  }

  @Test func `labels and annotations are the pod's, and the operator's win`() throws {
    let own = try template { _ in }["metadata"]
    let metadata = try template {
      $0.labels = ["team": "platform", ResourceNames.outputLabel: "other", "job-name": "other"]
      $0.annotations = [
        "example.org/note": "x", ResourceNames.workOrderAnnotation: "{}",
        "seccomp.security.alpha.kubernetes.io/pod": "unconfined",
      ]
    }["metadata"]
    var labels = try #require(own?["labels"])
    labels["team"] = "platform"
    var annotations = try #require(own?["annotations"])
    annotations["example.org/note"] = "x"
    #expect(metadata?["labels"] == labels)
    #expect(metadata?["annotations"] == annotations)
  }

  @Test func `the Job is found by the operator's labels alone`() throws {
    var repository = Examples.plain
    repository.spec.podTemplate = Examples.podTemplate
    let job = try JobManifest(repository: repository, claim: Examples.claim).manifest(defaultImage: "satis")
    #expect(job["metadata"]?["labels"]?["team"] == nil)
  }

  @Test func `each kind of volume is mounted where it is wanted, after the operator's`() throws {
    let spec = try template { $0.volumes = Examples.podTemplate.volumes }["spec"]
    #expect(
      spec?["volumes"]?.elements?.suffix(4) == [
        ["name": "git-config", "configMap": ["name": "git"]],
        ["name": "licence", "secret": ["secretName": "licence"]],
        ["name": "scratch", "emptyDir": ["medium": "Memory", "sizeLimit": "64Mi"]],
        ["name": "mirror", "persistentVolumeClaim": ["claimName": "mirror", "readOnly": true]],
      ])
    #expect(
      spec?["containers"]?.elements?.first?["volumeMounts"]?.elements?.suffix(4) == [
        ["name": "git-config", "mountPath": "/etc/gitconfig", "subPath": "gitconfig", "readOnly": true],
        ["name": "licence", "mountPath": "/etc/company"],
        ["name": "scratch", "mountPath": "/scratch"],
        ["name": "mirror", "mountPath": "/mirror", "readOnly": true],
      ])
  }

  @Test func `the names and paths that a template may not use are those of the operator's volumes`() throws {
    var repository = Examples.everything
    repository.spec.podTemplate = nil
    let job = try JobManifest(repository: repository, claim: Examples.claim).manifest(defaultImage: "satis")
    let spec = job["spec"]?["template"]?["spec"]
    let names = spec?["volumes"]?.elements?.compactMap { $0["name"]?.text } ?? []
    #expect(Set(names) == SatisRepository.PodTemplate.reservedVolumes)
    let mounts = spec?["containers"]?.elements?.first?["volumeMounts"]?.elements ?? []
    for path in mounts.compactMap({ $0["mountPath"]?.text }) {
      let isReserved = SatisRepository.PodTemplate.reservedPaths.contains {
        path == $0 || path.hasPrefix("\($0)/")
      }
      #expect(isReserved, "\(path)")
    }
    for path in SatisRepository.PodTemplate.reservedPaths {
      #expect(mounts.contains { $0["mountPath"]?.text?.hasPrefix(path) == true }, "\(path)")
    }
  }
}
