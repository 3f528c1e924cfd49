import Foundation
import Synchronization
import Testing

@testable import KubernetesClient

/// Plugins that are real programs: scripts of the shell.
@Suite(.timeLimit(.minutes(1))) struct PluginCredentialsTests {
  private let directory: TemporaryDirectory

  init() throws {
    directory = try TemporaryDirectory()
  }

  private func plugin(_ script: String, _ change: (inout ExecPlugin) -> Void = { _ in }) -> ExecPlugin {
    var plugin = ExecPlugin(
      command: "sh", arguments: ["-c", script, directory.path], environment: [],
      apiVersion: ExecPlugin.apiVersions[0], origin: "user 'u' of context 'c' of kubeconfig k")
    change(&plugin)
    return plugin
  }

  private func credentials(
    _ script: String, _ change: (inout ExecPlugin) -> Void = { _ in }, now: Timestamp = Timestamp(seconds: 0)
  ) -> PluginCredentials {
    PluginCredentials(plugin(script, change), environment: ["PATH": "/usr/bin:/bin", "INHERITED": "yes"]) {
      now
    }
  }

  /// A script that prints a credential and counts its runs.
  private func printing(_ status: String) -> String {
    #"echo run >>"$0/runs"; n=$(wc -l <"$0/runs"); "#
      + #"echo '{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","status":{"#
      + status.replacing("N", with: "'$n'") + "}}'"
  }

  private func problem(_ credentials: PluginCredentials) async -> String {
    await #expect(throws: ConfigurationError.self) { _ = try await credentials.credential() }?.description
      ?? ""
  }

  @Test func `a credential without an end is used until it is refused`() async throws {
    let credentials = credentials(printing(#""token":"tN""#))
    #expect(try await credentials.credential().token == "t1")
    #expect(try await credentials.credential().token == "t1")
    await credentials.refuse(token: "t1", certificate: nil)
    #expect(try await credentials.credential().token == "t2")
    // The refusal of a request that was sent before that.
    await credentials.refuse(token: "t1", certificate: nil)
    #expect(try await credentials.credential().token == "t2")
  }

  @Test func `a refused token is got again beside a certificate of the kubeconfig as well`() async throws {
    let credentials = Credentials(
      ClusterConfiguration(
        server: "https://c", clientIdentity: .init(certificate: PEM([1]), key: PEM([2])),
        token: .plugin(plugin(printing(#""token":"tN""#))), origin: "the test"))
    let first = try await credentials.current()
    #expect(first.token == "t1")
    #expect(await credentials.refuse(first))
    #expect(try await credentials.current().token == "t2")
  }

  @Test func `a refused certificate is got again, but not for one that was printed before it`() async throws {
    let credentials = credentials(printing(#""token":"t","clientCertificateData":"cN","clientKeyData":"k""#))
    #expect(try await credentials.credential().identity?.certificate.bytes == Array("c1".utf8))
    for _ in 1...2 {
      await credentials.refuse(token: "t", certificate: Array("c1".utf8))
      #expect(try await credentials.credential().identity?.certificate.bytes == Array("c2".utf8))
    }
  }

  @Test func `a credential that has expired is got again`() async throws {
    let expiry = try #require(Timestamp("2026-01-01T00:00:00Z"))
    let clock = Mutex(expiry + -1)
    let credentials = PluginCredentials(
      plugin(printing(#""token":"tN","expirationTimestamp":"2026-01-01T00:00:00Z""#)),
      environment: ["PATH": "/usr/bin:/bin"]
    ) { clock.withLock { $0 } }
    #expect(try await credentials.credential().token == "t1")
    #expect(try await credentials.credential().token == "t1")
    clock.withLock { $0 = expiry }
    #expect(try await credentials.credential().token == "t2")
  }

  @Test func `many who ask at once share one run`() async throws {
    let credentials = credentials(printing(#""token":"tN""#))
    let tokens = try await withThrowingTaskGroup(of: String?.self) { group in
      for _ in 0..<20 { group.addTask { try await credentials.credential().token } }
      return try await group.reduce(into: Set<String?>()) { $0.insert($1) }
    }
    #expect(tokens == ["t1"])
  }

  @Test func `who is cancelled does not wait for a slow plugin, and others still do`() async throws {
    let gate = "\(directory.path)/gate"
    #expect(mkfifo(gate, 0o600) == 0)
    let credentials = credentials(#"read -r _ <"$0/gate"; "# + printing(#""token":"tN""#))
    let other = Task { try await credentials.credential().token }
    let hasty = Task { try await credentials.credential().token }
    hasty.cancel()
    let result = await hasty.result
    #expect(throws: ConfigurationError.self) { try result.get() }
    // Opening it waits for the plugin, on a thread that may wait.
    Thread.detachNewThread { try? Data("go\n".utf8).write(to: URL(filePath: gate)) }
    #expect(try await other.value == "t1")
  }

  @Test func `a client certificate is a credential`() async throws {
    let credential = try await credentials(
      printing(#""clientCertificateData":"cert","clientKeyData":"key""#)
    ).credential()
    #expect(credential.token == nil)
    #expect(credential.identity?.certificate.bytes == Array("cert".utf8))
    #expect(credential.identity?.key.bytes == Array("key".utf8))
  }

  @Test func `a plugin is told what it is asked, in its own environment and the client's`() async throws {
    let script = #"""
      read -r line && exit 9
      [ "$X-$INHERITED" = "1-yes" ] || exit 8
      echo "$KUBERNETES_EXEC_INFO" >"$0/info"
      echo '{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","status":{"token":"t"}}'
      """#
    let credentials = credentials(script) {
      $0.environment = [.init(name: "X", value: "1")]
      $0.cluster = ["server": "https://c"]
    }
    _ = try await credentials.credential()
    let info = try JSONValue(parsing: FileContents.bytes(at: "\(directory.path)/info", subject: "it"))
    #expect(
      info == [
        "apiVersion": "client.authentication.k8s.io/v1", "kind": "ExecCredential",
        "spec": ["interactive": false, "cluster": ["server": "https://c"]],
      ])
  }

  @Test func `a plugin that fails is named with what it complained about`() async {
    let message = await problem(credentials("echo 'no such account' >&2; exit 3"))
    #expect(
      message
        == "the command 'sh' of user 'u' of context 'c' of kubeconfig k ended with status 3: no such account")
  }

  @Test func `a plugin that is missing is named with how to get it`() async {
    for command in ["no-such-plugin", "/nowhere/plugin"] {
      let message = await problem(
        credentials("") {
          $0.command = command
          $0.installHint = "apt install plugin"
        })
      #expect(message.hasPrefix("the command '\(command)' of user 'u'"))
      #expect(message.hasSuffix("there is no such program\napt install plugin"))
    }
  }

  @Test(arguments: [
    ("", "printed no ExecCredential"), ("hello", "printed no ExecCredential"),
    (
      #"{"apiVersion":"client.authentication.k8s.io/v1beta1","kind":"ExecCredential"}"#,
      "printed ExecCredential of"
    ),
    (#"{"apiVersion":"client.authentication.k8s.io/v1","kind":"Status"}"#, "printed Status of"),
    (#"{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential"}"#, "printed neither"),
    (
      #"{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","status":{"token":""}}"#,
      "printed neither"
    ),
    (
      #"{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","status":{"clientKeyData":"k"}}"#,
      "printed only one"
    ),
  ])
  func `what is no credential is told without showing it`(printed: String, reason: String) async {
    let message = await problem(credentials("cat <<'END'\n\(printed)\nEND"))
    #expect(message.hasPrefix("the command 'sh' of user 'u' of context 'c' of kubeconfig k \(reason)"))
    #expect(!message.contains("hello"))
  }

  @Test func `a failure is not kept`() async throws {
    let credentials = credentials(
      #"[ -e "$0/runs" ] || { touch "$0/runs"; exit 1; }; "# + printing(#""token":"t""#))
    _ = await problem(credentials)
    #expect(try await credentials.credential().token == "t")
  }

  @Test func `more than a pipe holds is read on both sides`() async {
    let program = Program(
      path: "/bin/sh", arguments: ["-c", "yes | head -c 300000 >&2; yes | head -c 300000"], environment: [:])
    guard case .output(let bytes) = await program.run(limit: 60) else {
      Issue.record("it failed")
      return
    }
    #expect(bytes.count == 300_000)
  }

  @Test func `a program that does not end is killed`() async {
    let program = Program(path: "/bin/sh", arguments: ["-c", "exec sleep 600"], environment: [:])
    #expect(await program.run(limit: 1) == .failed("was killed, as it had not ended after 1 s"))
  }

  @Test func `a program that waits for another one is killed with it`() async {
    let program = Program(path: "/bin/sh", arguments: ["-c", "sleep 600; true"], environment: [:])
    #expect(await program.run(limit: 1) == .failed("was killed, as it had not ended after 1 s"))
  }

  @Test func `what a program leaves behind is not waited for`() async throws {
    let program = Program(path: "/bin/sh", arguments: ["-c", "sleep 600 & echo $!"], environment: [:])
    guard case .output(let printed) = await program.run(limit: 300) else {
      Issue.record("it failed")
      return
    }
    let left = try #require(Int32(FileContents.trimmed(printed)))
    #expect(kill(left, SIGKILL) == 0)
  }
}
