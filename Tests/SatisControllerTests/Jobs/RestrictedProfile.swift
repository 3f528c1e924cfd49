import KubernetesClient

/// The rules of the pod security profile `restricted`, with those of `baseline` that it contains.
///
/// Source: the Kubernetes documentation, "Pod Security Standards".
enum RestrictedProfile {
  private static let volumeTypes: Set<String> = [
    "configMap", "csi", "downwardAPI", "emptyDir", "ephemeral", "persistentVolumeClaim", "projected",
    "secret",
  ]
  private static let safeSysctls: Set<String> = [
    "kernel.shm_rmid_forced", "net.ipv4.ip_local_port_range", "net.ipv4.ip_unprivileged_port_start",
    "net.ipv4.tcp_syncookies", "net.ipv4.ping_group_range", "net.ipv4.ip_local_reserved_ports",
    "net.ipv4.tcp_keepalive_time", "net.ipv4.tcp_fin_timeout", "net.ipv4.tcp_keepalive_intvl",
    "net.ipv4.tcp_keepalive_probes", "net.ipv4.tcp_rmem", "net.ipv4.tcp_wmem",
  ]
  private static let seLinuxTypes: Set<String> = [
    "container_t", "container_init_t", "container_kvm_t", "container_engine_t",
  ]

  /// What a pod template does against the rules; empty when it keeps them.
  static func violations(ofTemplate template: JSONValue) -> [String] {
    let pod = template["spec"] ?? [:]
    let containers = ["initContainers", "containers", "ephemeralContainers"].flatMap {
      pod[$0]?.elements ?? []
    }
    var violations = hostAccess(pod) + volumes(pod)
    violations += (template["metadata"]?["annotations"]?.members ?? [:]).compactMap { name, value in
      let isAllowed =
        ["runtime/default", ""].contains(value.text) || value.text?.hasPrefix("localhost/") == true
      return name.hasPrefix("container.apparmor.security.beta.kubernetes.io/") && !isAllowed
        ? "AppArmor: \(name)" : nil
    }
    violations += context(pod["securityContext"] ?? [:], of: "pod")
    for sysctl in pod["securityContext"]?["sysctls"]?.elements ?? []
    where !safeSysctls.contains(sysctl["name"]?.text ?? "") {
      violations.append("pod: an unsafe sysctl")
    }
    for container in containers {
      violations += self.container(container, in: pod)
    }
    return violations
  }

  private static func hostAccess(_ pod: JSONValue) -> [String] {
    ["hostNetwork", "hostPID", "hostIPC"].filter { (pod[$0] ?? false) != false }.map { "pod: \($0)" }
  }

  private static func volumes(_ pod: JSONValue) -> [String] {
    (pod["volumes"]?.elements ?? []).flatMap { volume in
      (volume.members ?? [:]).keys.filter { $0 != "name" && !volumeTypes.contains($0) }.map {
        "volume type \($0)"
      }
    }
  }

  /// The rules that hold for a pod's security context and for a container's alike.
  private static func context(_ context: JSONValue, of subject: String) -> [String] {
    var violations: [String] = []
    if (context["windowsOptions"]?["hostProcess"] ?? false) != false {
      violations.append("\(subject): hostProcess")
    }
    if context["runAsUser"] == 0 { violations.append("\(subject): runAsUser 0") }
    if let type = context["appArmorProfile"]?["type"], type != "RuntimeDefault", type != "Localhost" {
      violations.append("\(subject): appArmorProfile")
    }
    if let type = context["seLinuxOptions"]?["type"]?.text, !type.isEmpty, !seLinuxTypes.contains(type) {
      violations.append("\(subject): seLinuxOptions.type")
    }
    for field in ["user", "role"] where (context["seLinuxOptions"]?[field] ?? "") != "" {
      violations.append("\(subject): seLinuxOptions.\(field)")
    }
    if let profile = context["seccompProfile"], !isSeccompAllowed(profile) {
      violations.append("\(subject): seccompProfile")
    }
    if let isNonRoot = context["runAsNonRoot"], isNonRoot != true {
      violations.append("\(subject): runAsNonRoot")
    }
    return violations
  }

  private static func isSeccompAllowed(_ profile: JSONValue) -> Bool {
    profile["type"] == "RuntimeDefault" || profile["type"] == "Localhost"
  }

  private static func container(_ container: JSONValue, in pod: JSONValue) -> [String] {
    let own = container["securityContext"] ?? [:]
    let subject = "container \(container["name"]?.text ?? "")"
    var violations = context(own, of: subject)
    func refuse(_ isRefused: Bool, _ what: String) {
      if isRefused { violations.append("\(subject): \(what)") }
    }
    refuse((own["privileged"] ?? false) != false, "privileged")
    refuse((own["procMount"] ?? "Default") != "Default", "procMount")
    refuse(own["allowPrivilegeEscalation"] != false, "allowPrivilegeEscalation must be false")
    refuse(
      own["capabilities"]?["drop"]?.elements?.contains("ALL") != true, "capabilities.drop must have ALL")
    refuse(
      (own["capabilities"]?["add"]?.elements ?? []).contains { $0 != "NET_BIND_SERVICE" },
      "capabilities.add has more than NET_BIND_SERVICE")
    // For these two a container may rely on its pod.
    let podContext = pod["securityContext"] ?? [:]
    refuse((own["runAsNonRoot"] ?? podContext["runAsNonRoot"]) != true, "runAsNonRoot must be true")
    let seccomp = own["seccompProfile"] ?? podContext["seccompProfile"]
    refuse(!(seccomp.map(isSeccompAllowed) ?? false), "seccompProfile must be RuntimeDefault or Localhost")
    refuse((container["ports"]?.elements ?? []).contains { ($0["hostPort"] ?? 0) != 0 }, "hostPort")
    for probe in ["livenessProbe", "readinessProbe", "startupProbe"] {
      refuse(Self.namesHost(container[probe]), "\(probe) names a host")
    }
    for hook in ["postStart", "preStop"] {
      refuse(Self.namesHost(container["lifecycle"]?[hook]), "lifecycle.\(hook) names a host")
    }
    return violations
  }

  private static func namesHost(_ handler: JSONValue?) -> Bool {
    ["httpGet", "tcpSocket"].contains { (handler?[$0]?["host"] ?? "") != "" }
  }
}
