import KubernetesClient
import SatisAPI

/// What advice is given about: the names that belong into its commands.
struct Scene: Sendable {
  var build: SatisBuild
  /// Nil where there is none, or where it may not be seen.
  var repository: SatisRepository?
  /// Whether there may be a repository that may not be seen.
  var isRepositoryHidden: Bool
  /// Of the last attempt.
  var attempt: SatisBuild.Attempt?

  init(_ build: SatisBuild, of repository: SatisRepository? = nil, isRepositoryHidden: Bool = false) {
    self.build = build
    self.repository = repository
    self.isRepositoryHidden = isRepositoryHidden
    attempt = build.status?.attempts?.last
  }

  var namespace: String { build.metadata.namespace ?? "default" }
  var name: String { build.metadata.name }
  var repositoryName: String { build.spec.repositoryRef.name }
  var operation: SatisBuild.Operation { build.spec.operation ?? .build }

  /// A kubectl command in the build's namespace.
  func kubectl(_ words: String) -> String { "kubectl -n \(namespace) \(words)" }

  /// A change of the repository's spec.
  func patch(_ spec: String) -> String {
    kubectl("patch satisrepository \(repositoryName) --type=merge -p '{\"spec\":\(spec)}'")
  }

  // MARK: - What comes back in many pieces of advice

  var buildAgain: Advice.Remedy {
    Advice.Remedy("Then build again.", "kubectl satis retry \(name) -n \(namespace)")
  }

  var editRepository: String { kubectl("edit satisrepository \(repositoryName)") }

  var readLog: Advice.Remedy {
    Advice.Remedy(
      "Read the log: it is kept while the Job is among the last three of the repository.",
      attempt.map { kubectl("logs job/\($0.jobName)") } ?? "kubectl satis logs \(name) -n \(namespace)")
  }

  var describePod: Advice.Remedy {
    Advice.Remedy(
      "See what the node and the scheduler say of the pod.",
      attempt?.podName.map { kubectl("describe pod \($0)") }
        ?? kubectl("describe pods -l job-name=\(attempt?.jobName ?? "JOB")"))
  }

  var showEvents: String { kubectl("get events --sort-by=.lastTimestamp") }

  /// A build that takes everything, which a purge and many repairs need.
  var buildEverything: String { "kubectl satis build -r \(repositoryName) -n \(namespace)" }

  var purge: String { "kubectl satis build --purge -r \(repositoryName) -n \(namespace)" }

  /// - Parameter release: the one before the served one when left out.
  func rollBack(to release: String? = nil) -> String {
    "kubectl satis build --rollback\(release.map { " --release \($0)" } ?? "") -r \(repositoryName) -n \(namespace)"
  }

  /// Shows the lines of satis.json, and of the repository, that are wrong.
  var lint: String {
    let config = repository?.spec.config
    let other =
      config?.configMapKeyRef.map { " configmap/\($0.name)" }
      ?? config?.secretKeyRef.map { " secret/\($0.name)" } ?? ""
    return kubectl("get satisrepository/\(repositoryName)\(other) -o yaml | kubectl satis lint -")
  }

  // MARK: - Memory

  private var resources: SatisRepository.PodTemplate.Resources? { repository?.spec.podTemplate?.resources }

  /// The memory of build pods, as far as it is limited.
  var memoryLimit: String? { resources?.limits?.memory.map { "\($0)" } }

  /// Lets a build take twice as much memory; where nothing limits it yet, whoever pastes it has to say how much.
  var raiseMemoryLimit: String { patchMemory(limit: resources?.limits?.memory.map(doubled) ?? "SIZE") }

  /// Lets a build ask for as much memory as it may take, or for twice as much as it did.
  var raiseMemoryRequest: String {
    let request = resources?.requests?.memory
    guard let limit = resources?.limits?.memory else {
      return patchMemory(request: request.map(doubled) ?? "1Gi")
    }
    // Who asks for nothing asks for the limit. More than the limit cannot be asked for.
    if let asked = request?.amount, let most = limit.amount, asked < most {
      return patchMemory(request: "\(limit)")
    }
    return patchMemory(request: doubled(limit), limit: doubled(limit))
  }

  private func patchMemory(request: String? = nil, limit: String? = nil) -> String {
    let parts = [
      request.map { "\"requests\":{\"memory\":\"\($0)\"}" },
      limit.map { "\"limits\":{\"memory\":\"\($0)\"}" },
    ].compactMap(\.self)
    return patch("{\"podTemplate\":{\"resources\":{\(parts.joined(separator: ","))}}}")
  }

  private func doubled(_ quantity: Quantity) -> String {
    let mebibytes = min((quantity.amount ?? 0) * 2 / 1_048_576, 1e12)
    return "\(max(1, Int64(mebibytes.rounded(.up))))Mi"
  }

  // MARK: - Credentials

  /// What Satis is let in with, in the words of the spec; nil where it has nothing.
  var credentials: [String] {
    let credentials = repository?.spec.credentials
    return [
      credentials?.composerAuth.map { "composerAuth: \($0.secretKeyRef.shown)" },
      credentials?.sshKey.map { "sshKey: \($0.secretKeyRef.shown)" },
      credentials?.knownHosts.map { "knownHosts: \($0.shown)" },
      credentials?.caBundle.map { "caBundle: \($0.shown)" },
    ].compactMap(\.self)
  }
}

extension KeyReference {
  fileprivate var shown: String { "Secret \(name), key \(key)" }
}

extension KeySource {
  fileprivate var shown: String {
    if let reference = secretKeyRef { return "Secret \(reference.name), key \(reference.key)" }
    return configMapKeyRef.map { "ConfigMap \($0.name), key \($0.key)" } ?? "nothing"
  }
}
