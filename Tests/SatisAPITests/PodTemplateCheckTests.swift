import KubernetesClient
import SatisAPI
import Testing

@Suite struct PodTemplateCheckTests {
  typealias Template = SatisRepository.PodTemplate

  private func problem(_ change: (inout Template) -> Void) -> String? {
    var template = Template()
    change(&template)
    return template.problem
  }

  /// The problem with an empty directory that is mounted somewhere.
  private func problem(mountPath: String, subPath: String? = nil, name: String = "scratch") -> String? {
    problem {
      var volume = Template.Volume(name: name, mountPath: mountPath, subPath: subPath)
      volume.emptyDir = .init()
      $0.volumes = [volume]
    }
  }

  @Test func `a template that asks for nothing has no problem`() {
    #expect(Template().problem == nil)
  }

  @Test(arguments: [
    "satis.dev/output", "satis.dev/repository", "satis.dev/mine", "app.kubernetes.io/managed-by",
    "app.kubernetes.io/component", "job-name", "controller-uid", "batch.kubernetes.io/job-name",
    "batch.kubernetes.io/controller-uid",
  ])
  func `a label by which pods are found is refused`(label: String) {
    let problem = problem { $0.labels = ["team": "platform", label: "x"] }
    #expect(
      problem
        == "spec.podTemplate.labels: '\(label)' belongs to the operator or to Kubernetes; remove it")
  }

  @Test(arguments: [
    "satis.dev/work-order", "batch.kubernetes.io/job-completion-index",
    "container.apparmor.security.beta.kubernetes.io/satis", "seccomp.security.alpha.kubernetes.io/pod",
    "container.seccomp.security.alpha.kubernetes.io/satis", "kubernetes.io/config.mirror",
  ])
  func `an annotation that stands for what is the operator's is refused`(annotation: String) {
    let problem = problem { $0.annotations = [annotation: "x"] }
    #expect(
      problem
        == "spec.podTemplate.annotations: '\(annotation)' belongs to the operator or to Kubernetes; remove it"
    )
  }

  @Test(arguments: ["a b", "", "-a", "a/", "/a", "a/b/c", "A.example.org/x", "a..b/x"])
  func `a name that Kubernetes would refuse is refused here`(name: String) {
    #expect(problem { $0.labels = [name: "x"] }?.hasPrefix("spec.podTemplate.labels: '\(name)'") == true)
    #expect(problem { $0.annotations = [name: "x"] } != nil)
    #expect(problem { $0.nodeSelector = [name: "x"] } != nil)
  }

  @Test func `labels and annotations of others are taken`() {
    #expect(
      problem {
        $0.labels = ["team": "a", "app.kubernetes.io/part-of": "b", "example.org/Team_1": "c"]
        $0.annotations = ["cluster-autoscaler.kubernetes.io/safe-to-evict": "false"]
        $0.nodeSelector = ["kubernetes.io/arch": "amd64"]
      } == nil)
  }

  @Test func `an amount that is none is refused by its field`() {
    #expect(
      problem { $0.resources = .init(limits: .init(memory: "2 GB")) }
        == "spec.podTemplate.resources.limits.memory: '2 GB' is no quantity; write it as in 500m or 2Gi")
  }

  @Test func `a request above its limit is refused, one at its limit is not`() {
    let above = problem {
      $0.resources = .init(requests: .init(memory: "2Gi"), limits: .init(memory: "2000Mi"))
    }
    #expect(
      above
        == "spec.podTemplate.resources.requests.memory: 2Gi is above the limit of 2000Mi; lower it, or raise "
        + "resources.limits.memory")
    #expect(
      problem { $0.resources = .init(requests: .init(memory: "2Gi"), limits: .init(memory: "2048Mi")) } == nil
    )
  }

  @Test func `tolerations are refused that no server takes`() {
    let wrong: [Template.Toleration] = [
      .init(key: "a", operator: .exists, value: "b"), .init(operator: .equal), .init(value: "b"),
      .init(key: "a", value: "b", effect: .noSchedule, tolerationSeconds: 1),
    ]
    for toleration in wrong {
      let problem = problem { $0.tolerations = [.init(operator: .exists), toleration] }
      #expect(problem?.hasPrefix("spec.podTemplate.tolerations[1]: ") == true, "\(toleration)")
    }
    #expect(
      problem {
        $0.tolerations = [
          .init(key: "a", value: "b"), .init(key: "a", operator: .exists),
          .init(operator: .exists, effect: .noExecute, tolerationSeconds: 1),
        ]
      } == nil)
  }

  @Test(arguments: Template.reservedVolumes.sorted())
  func `the operator's volume names are refused`(name: String) {
    #expect(
      problem(mountPath: "/a", name: name)
        == "spec.podTemplate.volumes: '\(name)' is the name of a volume of the operator; choose another")
  }

  @Test(arguments: [
    "/satis-operator", "/satis-operator/snapshot", "/output", "/output/current", "/cache/vcs", "/tmp",
    "/tmp/home", "/etc/passwd", "/etc",
  ])
  func `nothing is mounted over, in or around what the operator mounts`(path: String) {
    #expect(problem(mountPath: path)?.contains("mountPath \(path) would hide or change /") == true)
  }

  @Test(arguments: ["", "/", "relative", "/a/", "/a//b", "/a/../output", "/./output", "/a:b", "//output"])
  func `a path that can be read in two ways is refused`(path: String) {
    #expect(problem(mountPath: path)?.contains("mountPath '\(path)' has to be absolute") == true)
  }

  @Test(arguments: ["/outputs", "/etc/passwd.d", "/etc/gitconfig", "/caches/cache", "/home/.ssh", "/var/tmp"])
  func `a path beside them is taken`(path: String) {
    #expect(problem(mountPath: path) == nil)
  }

  @Test(arguments: ["/a", "../a", "a/..", "", "a//b"])
  func `a file of a volume is named inside it`(subPath: String) {
    #expect(problem(mountPath: "/a", subPath: subPath)?.contains("subPath '\(subPath)'") == true)
    #expect(problem(mountPath: "/a", subPath: "b/.c") == nil)
  }

  @Test func `a volume has one source`() {
    let none = Template.Volume(name: "a", mountPath: "/a")
    var two = none
    two.emptyDir = .init()
    two.secret = .init(secretName: "s")
    for volume in [none, two] {
      #expect(problem { $0.volumes = [volume] }?.contains("'a' needs exactly one of") == true)
    }
  }

  @Test func `two volumes have two names and two paths`() {
    var one = Template.Volume(name: "a", mountPath: "/a")
    one.emptyDir = .init()
    var other = one
    #expect(problem { $0.volumes = [one, other] }?.contains("'a' is there twice") == true)
    other.name = "b"
    #expect(problem { $0.volumes = [one, other] }?.contains("mountPath /a is that of another") == true)
    other.mountPath = "/b"
    #expect(problem { $0.volumes = [one, other] } == nil)
  }

  @Test func `the size of a directory is an amount`() {
    var volume = Template.Volume(name: "a", mountPath: "/a")
    volume.emptyDir = .init(sizeLimit: "much")
    #expect(problem { $0.volumes = [volume] }?.contains("sizeLimit 'much' is no quantity") == true)
  }
}
