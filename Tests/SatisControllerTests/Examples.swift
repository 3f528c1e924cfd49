import KubernetesClient
import SatisAPI

/// Repositories and a claim from which Jobs are made.
enum Examples {
  /// A repository with what is required and nothing else.
  static let plain: SatisRepository = {
    var metadata = ObjectMetadata(name: "packages", namespace: "shop")
    metadata.uid = "b1f7c1f0"
    return SatisRepository(
      metadata: metadata, spec: .init(config: .init(inline: "{}"), output: .init(claimName: "output")))
  }()

  /// A repository that uses all that the Job is made from.
  static let everything: SatisRepository = {
    var repository = plain
    repository.spec.config = .init(secretKeyRef: .init(name: "config", key: "satis.json"))
    repository.spec.output = .init(claimName: "output", path: "php/packages")
    repository.spec.cache = .init(claimName: "cache")
    repository.spec.image = "registry.example.org/satis@sha256:0123"
    repository.spec.imagePullSecrets = [.init(name: "registry"), .init(name: "mirror")]
    repository.spec.credentials = .init(
      composerAuth: .init(secretKeyRef: .init(name: "auth", key: "composer")),
      sshKey: .init(secretKeyRef: .init(name: "deploy", key: "id_ed25519")),
      knownHosts: .init(configMapKeyRef: .init(name: "hosts", key: "known_hosts")),
      caBundle: .init(secretKeyRef: .init(name: "company-ca", key: "ca.pem")))
    repository.spec.build = .init(
      activeDeadlineSeconds: 900, options: [.minify],
      env: [
        .init(name: "HTTPS_PROXY", value: "http://proxy:3128"), .init(name: "NO_PROXY", value: "localhost"),
        .init(name: "HOME", value: "/nowhere"),
      ])
    repository.spec.podTemplate = podTemplate
    return repository
  }()

  /// A pod template that uses all there is to use.
  static let podTemplate: SatisRepository.PodTemplate = {
    var template = SatisRepository.PodTemplate()
    template.resources = .init(requests: .init(cpu: "1"), limits: .init(memory: "2Gi"))
    template.nodeSelector = ["kubernetes.io/arch": "amd64"]
    template.affinity = ["nodeAffinity": [:]]
    template.tolerations = [.init(operator: .exists)]
    template.priorityClassName = "builds"
    template.labels = ["team": "platform"]
    template.annotations = ["example.org/note": "a note"]
    var map = SatisRepository.PodTemplate.Volume(
      name: "git-config", mountPath: "/etc/gitconfig", subPath: "gitconfig", readOnly: true)
    map.configMap = .init(name: "git")
    var secret = SatisRepository.PodTemplate.Volume(name: "licence", mountPath: "/etc/company")
    secret.secret = .init(secretName: "licence")
    var memory = SatisRepository.PodTemplate.Volume(name: "scratch", mountPath: "/scratch")
    memory.emptyDir = .init(medium: .memory, sizeLimit: "64Mi")
    var claim = SatisRepository.PodTemplate.Volume(name: "mirror", mountPath: "/mirror", readOnly: true)
    claim.persistentVolumeClaim = .init(claimName: "mirror")
    template.volumes = [map, secret, memory, claim]
    return template
  }()

  static let claim = SatisRepository.ActiveJob(
    name: "packages-be8246b3-7", startTime: Timestamp(seconds: 0), configHash: "hash", full: false,
    builds: [
      .init(
        name: "b1", uid: "uid-b1",
        sources: [
          .init(url: "https://git.example.org/acme/lib.git", commits: ["0123abc"]),
          .init(url: "https://git.example.org/acme/app.git", package: "acme/app"),
        ])
    ])
}
