import KubernetesClient

/// What of a pod template cannot be used. Schemas say most of this too, but not on servers without CEL.
extension SatisRepository.PodTemplate {
  /// Names of the operator's own volumes.
  public static let reservedVolumes: Set<String> = [
    "cache", "credentials", "order", "output", "snapshot", "tmp",
  ]
  /// Where the operator mounts them.
  public static let reservedPaths = ["/satis-operator", "/output", "/cache", "/tmp", "/etc/passwd"]

  /// Labels by which the operator and Kubernetes' Job controller find the pod.
  public static func isReservedLabel(_ name: String) -> Bool {
    ["satis.dev/", "batch.kubernetes.io/"].contains { name.hasPrefix($0) }
      || [
        ResourceNames.managedByLabel, ResourceNames.componentLabel, "job-name", "controller-uid",
      ].contains(name)
  }

  /// Annotations with the work order, those of the Job controller, and those by which older kubelets take orders that
  /// the security context has to give.
  public static func isReservedAnnotation(_ name: String) -> Bool {
    [
      "satis.dev/", "batch.kubernetes.io/", "container.apparmor.security.beta.kubernetes.io/",
      "container.seccomp.security.alpha.kubernetes.io/", "seccomp.security.alpha.kubernetes.io/",
      "kubernetes.io/config.",
    ].contains { name.hasPrefix($0) }
  }

  /// The first thing that cannot be used, in a sentence that names the field and the remedy; nil when all can.
  public var problem: String? {
    (metadataProblem ?? resourcesProblem ?? tolerationsProblem ?? volumesProblem)
      .map { "spec.podTemplate.\($0)" }
  }

  // MARK: - Labels and annotations

  private var metadataProblem: String? {
    let own = "belongs to the operator or to Kubernetes; remove it"
    for name in (labels ?? [:]).keys.sorted() where Self.isReservedLabel(name) {
      return "labels: '\(name)' \(own)"
    }
    for name in (annotations ?? [:]).keys.sorted() where Self.isReservedAnnotation(name) {
      return "annotations: '\(name)' \(own)"
    }
    for (field, names) in [
      ("labels", labels?.keys), ("annotations", annotations?.keys), ("nodeSelector", nodeSelector?.keys),
    ] {
      if let name = names?.sorted().first(where: { !Self.isQualifiedName($0) }) {
        return
          "\(field): '\(name)' is no name that Kubernetes takes; use one such as team or example.org/team"
      }
    }
    return nil
  }

  /// A name of at most 63 characters, behind a domain and a slash or without them.
  ///
  /// Source: the Kubernetes documentation, "Labels and Selectors".
  private static func isQualifiedName(_ name: String) -> Bool {
    let parts = name.split(separator: "/", omittingEmptySubsequences: false)
    guard let last = parts.last, parts.count <= 2, isWord(last, besides: "-_.", limit: 63) else {
      return false
    }
    guard parts.count == 2 else { return true }
    return parts[0].utf8.count <= 253
      && parts[0].split(separator: ".", omittingEmptySubsequences: false).allSatisfy {
        isWord($0, besides: "-", limit: 63) && !$0.contains(where: \.isUppercase)
      }
  }

  /// Letters and digits, with some other characters between them.
  private static func isWord(_ text: Substring, besides others: String, limit: Int) -> Bool {
    func isPlain(_ character: Character?) -> Bool {
      character.map { $0.isASCII && ($0.isLetter || $0.isWholeNumber) } ?? false
    }
    return text.utf8.count <= limit && isPlain(text.first) && isPlain(text.last)
      && text.allSatisfy { isPlain($0) || others.contains($0) }
  }

  // MARK: - Resources and tolerations

  private var resourcesProblem: String? {
    let (requests, limits) = (resources?.requests?.byName ?? [:], resources?.limits?.byName ?? [:])
    for (field, amounts) in [("requests", requests), ("limits", limits)] {
      for (name, quantity) in amounts.sorted(by: { $0.key < $1.key }) where quantity.amount == nil {
        return "resources.\(field).\(name): '\(quantity)' is no quantity; write it as in 500m or 2Gi"
      }
    }
    for (name, request) in requests.sorted(by: { $0.key < $1.key }) {
      guard let limit = limits[name], request.amount ?? 0 > limit.amount ?? 0 else { continue }
      return "resources.requests.\(name): \(request) is above the limit of \(limit); lower it, or raise "
        + "resources.limits.\(name)"
    }
    return nil
  }

  private var tolerationsProblem: String? {
    for (position, toleration) in (tolerations ?? []).enumerated() {
      let field = "tolerations[\(position)]"
      let isExists = toleration.operator == .exists
      if isExists, !(toleration.value ?? "").isEmpty {
        return "\(field): the operator Exists compares no value; remove value"
      }
      if !isExists, (toleration.key ?? "").isEmpty {
        return "\(field): without a key the operator has to be Exists; give a key, or set operator to Exists"
      }
      if toleration.tolerationSeconds != nil, toleration.effect != .noExecute {
        return
          "\(field): tolerationSeconds is for the effect NoExecute; set effect, or remove tolerationSeconds"
      }
    }
    return nil
  }

  // MARK: - Volumes

  private var volumesProblem: String? {
    var names: Set<String> = []
    var paths: Set<String> = []
    for volume in volumes ?? [] {
      let field = "volumes: '\(volume.name)'"
      if Self.reservedVolumes.contains(volume.name) {
        return "\(field) is the name of a volume of the operator; choose another"
      }
      if !names.insert(volume.name).inserted { return "\(field) is there twice; rename one" }
      if volume.sources != 1 {
        return "\(field) needs exactly one of configMap, secret, emptyDir and persistentVolumeClaim"
      }
      if let size = volume.emptyDir?.sizeLimit, size.amount == nil {
        return "\(field): sizeLimit '\(size)' is no quantity; write it as in 500Mi or 2Gi"
      }
      if let problem = volume.pathProblem { return "\(field): \(problem)" }
      if !paths.insert(volume.mountPath).inserted {
        return "\(field): mountPath \(volume.mountPath) is that of another volume too; choose another"
      }
    }
    return nil
  }
}

extension SatisRepository.PodTemplate.Volume {
  fileprivate var sources: Int {
    [configMap != nil, secret != nil, emptyDir != nil, persistentVolumeClaim != nil].count { $0 }
  }

  fileprivate var pathProblem: String? {
    guard mountPath.hasPrefix("/"), Self.isPlain(mountPath.dropFirst()) else {
      return "mountPath '\(mountPath)' has to be absolute and without empty segments, '.', '..' and ':'"
    }
    if let subPath, !Self.isPlain(subPath[...]) {
      return "subPath '\(subPath)' has to be relative and without empty segments, '.', '..' and ':'"
    }
    let own = mountPath.split(separator: "/")
    for path in SatisRepository.PodTemplate.reservedPaths {
      let reserved = path.split(separator: "/")
      if own.starts(with: reserved) || reserved.starts(with: own) {
        return "mountPath \(mountPath) would hide or change \(path), which is the operator's; choose another"
      }
    }
    return nil
  }

  private static func isPlain(_ path: Substring) -> Bool {
    path.split(separator: "/", omittingEmptySubsequences: false).allSatisfy {
      !["", ".", ".."].contains($0) && !$0.contains(":")
    }
  }
}
