import Testing

@testable import KubernetesClient

@Suite struct KubeconfigPluginTests: KubeconfigFixture {
  let directory: TemporaryDirectory

  init() throws {
    directory = try TemporaryDirectory()
  }

  private func plugin(_ exec: String, cluster: String = "") throws -> ExecPlugin? {
    guard case .plugin(let plugin) = try load(write(cluster: cluster, user: "exec: {\(exec)}")).token else {
      return nil
    }
    return plugin
  }

  @Test func `a plugin has its command, arguments and environment`() throws {
    let plugin = try #require(
      try plugin(
        """
        apiVersion: client.authentication.k8s.io/v1, command: login, args: [a, "b c"], interactiveMode: IfAvailable, \
        env: [{name: X, value: "1"}], installHint: get it
        """))
    #expect(plugin.command == "login")
    #expect(plugin.arguments == ["a", "b c"])
    #expect(plugin.environment == [.init(name: "X", value: "1")])
    #expect(plugin.installHint == "get it")
    #expect(plugin.origin == "user 'u' of context 'main' of kubeconfig \(directory.path)/config")
    #expect(
      plugin.information == [
        "apiVersion": "client.authentication.k8s.io/v1", "kind": "ExecCredential",
        "spec": ["interactive": false],
      ])
  }

  @Test func `a plugin learns of the cluster where the kubeconfig says so`() throws {
    let plugin = try #require(
      try plugin(
        "apiVersion: client.authentication.k8s.io/v1beta1, command: login, provideClusterInfo: true",
        cluster: """
          certificate-authority-data: \(base64("authority")), insecure-skip-tls-verify: true, \
          tls-server-name: other.example.org, proxy-url: "http://proxy:3128", \
          extensions: [{name: client.authentication.k8s.io/exec, extension: {audience: x}}]
          """))
    #expect(
      plugin.information["spec"]?["cluster"] == [
        "server": "https://c.example.org:6443", "certificate-authority-data": .string(base64("authority")),
        "insecure-skip-tls-verify": true, "tls-server-name": "other.example.org",
        "proxy-url": "http://proxy:3128", "config": ["audience": "x"],
      ])
  }

  @Test func `a plugin's path is relative to the file, its name is not`() throws {
    let exec = "apiVersion: client.authentication.k8s.io/v1, interactiveMode: Never, command: "
    #expect(try plugin(exec + "bin/login")?.command == "\(directory.path)/bin/login")
    #expect(try plugin(exec + "/bin/login")?.command == "/bin/login")
    #expect(try plugin(exec + "login")?.command == "login")
  }

  @Test(arguments: [
    (
      "apiVersion: client.authentication.k8s.io/v1alpha1",
      "has the apiVersion 'client.authentication.k8s.io/v1alpha1'"
    ),
    ("args: []", "has the apiVersion ''"),
    ("apiVersion: client.authentication.k8s.io/v1", "has no interactiveMode"),
    ("apiVersion: client.authentication.k8s.io/v1, interactiveMode: Always", "wants to ask somebody"),
    (
      "apiVersion: client.authentication.k8s.io/v1, interactiveMode: Often", "has the interactiveMode 'Often'"
    ),
  ])
  func `a plugin that cannot work is named with its user, context and file`(
    exec: String, reason: String
  ) throws {
    let path = try write(user: "exec: {command: login, \(exec)}")
    #expect(
      problem { try load(path) }.hasPrefix(
        "the command 'login' of user 'u' of context 'main' of kubeconfig \(path) \(reason)"))
  }
}
