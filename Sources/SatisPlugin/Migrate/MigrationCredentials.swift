import KubernetesClient
import SatisAPI

/// The keys and tokens of the old worker: by name only, what is in a Secret is not looked at.
extension MigrationPlan {
  /// A file that the container gets from a Secret or ConfigMap.
  private struct MountedFile {
    var path: String
    var key: String
    /// Whether the key is known, and not taken from what files of this kind are called.
    var isCertain: Bool

    var name: String { path.split(separator: "/").last.map { $0.lowercased() } ?? "" }

    /// The field of `spec.credentials` that it belongs to.
    var field: String? {
      if name == "auth.json" { return "composerAuth" }
      if name == "known_hosts" || name == "ssh_known_hosts" { return "knownHosts" }
      let isKey =
        name.hasPrefix("id_") || name.contains("ssh-privatekey") || name.contains("deploy-key")
        || name.contains("deploy_key")
      if isKey, !name.hasSuffix(".pub") { return "sshKey" }
      let isCertificate = [".crt", ".pem"].contains(where: name.hasSuffix)
      let isInStore = ["/certs", "ca-certificates", "/ssl", "/pki"].contains(where: path.contains)
      return isCertificate && isInStore ? "caBundle" : nil
    }
  }

  mutating func readCredentials() {
    for mount in worker.mounts where mount.secret != nil || mount.configMap != nil {
      for file in files(of: mount) {
        guard let field = file.field else { continue }
        let isSecret = mount.secret != nil
        // The fields take these from Secrets only.
        guard isSecret || field == "knownHosts" || field == "caBundle" else {
          note(.decide, "spec.credentials.\(field): \(mount.source) has it, and it belongs in a Secret")
          continue
        }
        used.insert(mount.name)
        take(
          field, name: mount.secret ?? mount.configMap ?? "", isSecret: isSecret, file.key,
          from: mount.source, isCertain: file.isCertain)
      }
    }
    for variable in worker.container["env"]?.elements ?? [] where variable["name"] == "COMPOSER_AUTH" {
      if let reference = variable["valueFrom"]?["secretKeyRef"], let name = reference["name"]?.text,
        let key = reference["key"]?.text
      {
        take("composerAuth", name: name, isSecret: true, key, from: "COMPOSER_AUTH", isCertain: true)
      } else {
        needsAuth = true
      }
    }
  }

  private mutating func take(
    _ field: String, name: String, isSecret: Bool, _ key: String, from source: String, isCertain: Bool
  ) {
    guard !credentials.contains(where: { $0.name == field }) else { return }
    let reference = isSecret ? "secretKeyRef" : "configMapKeyRef"
    credentials.append(
      .init(
        field, .fields([reference: .fields(["name": .text(name), "key": .text(key)])]),
        comment: isCertain
          ? nil
          : "Decide: is this the key? kubectl\(namespace.map { " -n \($0)" } ?? "") describe secret \(name) lists them."
      ))
    note(
      isCertain ? .taken : .decide,
      "spec.credentials.\(field): key \(key) of \(isSecret ? "Secret" : "ConfigMap") \(name), from \(source)")
  }

  private func files(of mount: OldWorker.Mount) -> [MountedFile] {
    let volume = mount.volume["secret"] ?? mount.volume["configMap"]
    if let items = volume?["items"]?.elements {
      return items.compactMap { item in
        guard let key = item["key"]?.text, let path = item["path"]?.text else { return nil }
        return mount.subPath == nil || mount.subPath == path
          ? MountedFile(
            path: mount.subPath == nil ? "\(mount.path)/\(path)" : mount.path, key: key, isCertain: true)
          : nil
      }
    }
    if let key = mount.subPath { return [MountedFile(path: mount.path, key: key, isCertain: true)] }
    let object = objects.first {
      $0.kind == (mount.secret == nil ? "ConfigMap" : "Secret")
        && $0.name == (mount.secret ?? mount.configMap)
    }
    let keys = ["data", "stringData"].flatMap { (object?.value[$0]?.members ?? [:]).keys.sorted() }
    if !keys.isEmpty {
      return keys.map { MountedFile(path: "\(mount.path)/\($0)", key: $0, isCertain: true) }
    }
    guard mount.secret != nil else { return [] }
    // The Secret is not among the manifests: what such directories hold.
    if mount.path.hasSuffix(".ssh") || mount.path.contains("ssh") {
      let key =
        ["id_ed25519", "id_rsa", "id_ecdsa"].first(where: worker.script.text.contains) ?? "ssh-privatekey"
      let hosts = worker.script.text.contains("known_hosts") ? ["known_hosts"] : []
      return ([key] + hosts).map { MountedFile(path: "\(mount.path)/\($0)", key: $0, isCertain: false) }
    }
    return mount.path.contains("composer")
      ? [MountedFile(path: "\(mount.path)/auth.json", key: "auth.json", isCertain: false)] : []
  }
}
