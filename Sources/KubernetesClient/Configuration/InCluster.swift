extension ClusterConfiguration {
  /// Where the kubelet mounts the pod's service account.
  public static let serviceAccountDirectory = "/var/run/secrets/kubernetes.io/serviceaccount"

  /// The configuration of a pod: address from the environment, token and CA from mounted files.
  ///
  /// - Throws: `ConfigurationError` when the variables or the files are missing.
  public static func inCluster(
    environment: [String: String], directory: String = serviceAccountDirectory
  ) throws(ConfigurationError) -> ClusterConfiguration {
    guard let host = environment["KUBERNETES_SERVICE_HOST"] else {
      throw ConfigurationError(
        subject: "the pod's service account",
        problem: "cannot be used: KUBERNETES_SERVICE_HOST is not set, so this is no pod; pass --kubeconfig")
    }
    let port = environment["KUBERNETES_SERVICE_PORT"] ?? "443"
    let file = "\(directory)/ca.crt"
    let authority = PEM(try FileContents.bytes(at: file, subject: "the pod's service account"), path: file)
    // A pod without the projected namespace still works with an explicit one.
    let namespace = try? FileContents.text(at: "\(directory)/namespace", subject: "the pod's service account")
    return ClusterConfiguration(
      // An IPv6 address needs brackets in a URL.
      server: "https://\(host.contains(":") ? "[\(host)]" : host):\(port)",
      certificateAuthority: authority,
      token: .file(path: "\(directory)/token"),
      namespace: namespace ?? "default",
      origin: "the pod's service account"
    )
  }
}
