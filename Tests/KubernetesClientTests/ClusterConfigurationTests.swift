import KubernetesClient
import Testing

@Suite struct ClusterConfigurationTests {
  private let directory: TemporaryDirectory

  init() throws {
    directory = try TemporaryDirectory()
  }

  private func writeKubeconfig(_ name: String, server: String) throws -> String {
    try directory.write(
      name,
      """
      current-context: main
      clusters: [{name: c, cluster: {server: "\(server)"}}]
      contexts: [{name: main, context: {cluster: c, user: ""}}]
      """)
  }

  private func writeServiceAccount() throws {
    try directory.write("ca.crt", "authority")
    try directory.write("namespace", "shop\n")
    try directory.write("token", "secret\n")
  }

  // MARK: - In a pod

  @Test func `a pod finds its cluster by its environment and its mounted files`() throws {
    try writeServiceAccount()
    let configuration = try ClusterConfiguration.inCluster(
      environment: ["KUBERNETES_SERVICE_HOST": "10.0.0.1", "KUBERNETES_SERVICE_PORT": "6443"],
      directory: directory.path)
    #expect(configuration.server == "https://10.0.0.1:6443")
    #expect(
      configuration.certificateAuthority
        == PEM(Array("authority".utf8), path: "\(directory.path)/ca.crt"))
    #expect(configuration.namespace == "shop")
    #expect(configuration.origin == "the pod's service account")
    #expect(!configuration.skipsCertificateCheck)
    guard case .file(let path) = configuration.token else {
      Issue.record("the token is \(configuration.token)")
      return
    }
    #expect(path == "\(directory.path)/token")
  }

  @Test func `an IPv6 address gets brackets and the port has a default`() throws {
    try writeServiceAccount()
    let configuration = try ClusterConfiguration.inCluster(
      environment: ["KUBERNETES_SERVICE_HOST": "fd00::1"], directory: directory.path)
    #expect(configuration.server == "https://[fd00::1]:443")
  }

  @Test func `a pod without a mounted namespace is in the default one`() throws {
    try directory.write("ca.crt", "authority")
    let configuration = try ClusterConfiguration.inCluster(
      environment: ["KUBERNETES_SERVICE_HOST": "10.0.0.1"], directory: directory.path)
    #expect(configuration.namespace == "default")
  }

  @Test func `a pod without a mounted authority is told which file is missing`() throws {
    let error = #expect(throws: ConfigurationError.self) {
      try ClusterConfiguration.inCluster(
        environment: ["KUBERNETES_SERVICE_HOST": "10.0.0.1"], directory: directory.path)
    }
    #expect(
      error?.description.contains("the pod's service account needs the file \(directory.path)/ca.crt") == true
    )
  }

  @Test func `outside a pod the service account says what to do instead`() {
    let error = #expect(throws: ConfigurationError.self) {
      try ClusterConfiguration.inCluster(environment: [:])
    }
    #expect(error?.description.contains("pass --kubeconfig") == true)
  }

  // MARK: - Discovery

  @Test func `a kubeconfig that is named wins over everything else`() throws {
    let named = try writeKubeconfig("named", server: "https://named")
    let listed = try writeKubeconfig("listed", server: "https://listed")
    let configuration = try ClusterConfiguration.discover(
      kubeconfig: named,
      environment: ["KUBECONFIG": listed, "KUBERNETES_SERVICE_HOST": "10.0.0.1", "HOME": "/nowhere"])
    #expect(configuration.server == "https://named")
  }

  @Test func `KUBECONFIG wins over the pod's service account and over the home directory`() throws {
    let listed = try writeKubeconfig("listed", server: "https://listed")
    let configuration = try ClusterConfiguration.discover(
      environment: ["KUBECONFIG": ":\(listed):", "KUBERNETES_SERVICE_HOST": "10.0.0.1", "HOME": "/nowhere"])
    #expect(configuration.server == "https://listed")
  }

  @Test func `a kubeconfig in the home directory wins over the pod's service account`() throws {
    _ = try writeKubeconfig(".kube/config", server: "https://home/")
    for environment in [[:], ["KUBERNETES_SERVICE_HOST": "10.0.0.1"]] {
      let found = try ClusterConfiguration.discover(
        environment: environment.merging(["HOME": directory.path]) { first, _ in first })
      #expect(found.server == "https://home")
    }
  }

  @Test func `the pod's service account is the last resort, but not for those who name a context`() throws {
    let environment = ["KUBERNETES_SERVICE_HOST": "10.0.0.1", "HOME": directory.path]
    let error = #expect(throws: ConfigurationError.self) {
      try ClusterConfiguration.discover(environment: environment)
    }
    #expect(error?.subject == "the pod's service account")
    let missing = #expect(throws: ConfigurationError.self) {
      try ClusterConfiguration.discover(context: "main", environment: environment)
    }
    #expect(missing?.description.contains("\(directory.path)/.kube/config") == true)
  }

  @Test func `a context without a namespace, or with an empty one, is in the default one`() throws {
    for namespace in ["", "namespace: \"\""] {
      let path = try directory.write(
        "config",
        """
        current-context: main
        clusters: [{name: c, cluster: {server: "https://c.example.org"}}]
        contexts: [{name: main, context: {cluster: c, \(namespace)}}]
        """)
      let configuration = try ClusterConfiguration.discover(kubeconfig: path, environment: [:])
      #expect(configuration.namespace == "default")
      #expect(configuration.user == nil)
    }
  }

  @Test func `the contexts are those of the files in which one is looked for`() throws {
    let listed = try directory.write(
      "listed",
      "contexts: [{name: b, context: {cluster: c}}, {name: a, context: {cluster: c}}]")
    let named = try writeKubeconfig("named", server: "https://named")
    let environment = ["KUBECONFIG": listed, "HOME": directory.path]
    #expect(try ClusterConfiguration.contexts(environment: environment) == ["a", "b"])
    #expect(try ClusterConfiguration.contexts(kubeconfig: named, environment: environment) == ["main"])
    _ = try writeKubeconfig(".kube/config", server: "https://home")
    #expect(try ClusterConfiguration.contexts(environment: ["HOME": directory.path]) == ["main"])
    #expect(throws: ConfigurationError.self) { try ClusterConfiguration.contexts(environment: [:]) }
  }

  @Test func `where nothing is set the error says what to set`() {
    let error = #expect(throws: ConfigurationError.self) {
      try ClusterConfiguration.discover(environment: [:])
    }
    #expect(error?.description.contains("KUBECONFIG is not set, there is no ~/.kube/config") == true)
    #expect(error?.description.contains("pass --kubeconfig") == true)
  }
}
