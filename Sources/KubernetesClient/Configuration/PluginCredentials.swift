import FoundationEssentials

/// The credential of a plugin: kept until it expires or is refused, and got once for all who wait for it.
actor PluginCredentials {
  private let plugin: ExecPlugin
  private let environment: [String: String]
  private let now: @Sendable () -> Timestamp
  private var known: ExecCredential?
  private var run: Task<Result<ExecCredential, ConfigurationError>, Never>?

  init(
    _ plugin: ExecPlugin, environment: [String: String] = ProcessInfo.processInfo.environment,
    now: @escaping @Sendable () -> Timestamp = { Timestamp(seconds: Int64(Date().timeIntervalSince1970)) }
  ) {
    self.plugin = plugin
    self.environment = environment
    self.now = now
  }

  func credential() async throws(ConfigurationError) -> ExecCredential {
    if let known, known.expiry.map({ now() < $0 }) ?? true { return known }
    if let run { return try await run.value.get() }
    // Not a child of this task: when its request is cancelled, others still wait.
    let run = Task { [plugin, environment] in await Self.run(plugin, environment) }
    self.run = run
    let result = await run.value
    self.run = nil
    known = try? result.get()
    return try result.get()
  }

  /// The server has refused a credential.
  ///
  /// Others may have been refused with it, and a new one may be there already.
  func refuse(token: String?, certificate: [UInt8]?) {
    if let known, known.token == token, known.identity?.certificate.bytes == certificate { self.known = nil }
  }

  private static func run(
    _ plugin: ExecPlugin, _ inherited: [String: String]
  ) async -> Result<ExecCredential, ConfigurationError> {
    do throws(ConfigurationError) {
      var environment = inherited
      for variable in plugin.environment { environment[variable.name] = variable.value }
      guard let path = plugin.executable(path: environment["PATH"]) else {
        let hint = plugin.installHint.map { "\n\($0)" } ?? ""
        throw plugin.problem("cannot be run: there is no such program\(hint)")
      }
      environment["KUBERNETES_EXEC_INFO"] = String(decoding: try information(of: plugin), as: UTF8.self)
      let program = Program(path: path, arguments: plugin.arguments, environment: environment)
      switch await program.run(limit: 60) {
      case .output(let output): return .success(try plugin.credential(printed: output))
      case .failed(let words): throw plugin.problem(words)
      }
    } catch {
      return .failure(error)
    }
  }

  private static func information(of plugin: ExecPlugin) throws(ConfigurationError) -> [UInt8] {
    do throws(JSONCodingError) {
      return try JSONCoding.encode(plugin.information)
    } catch {
      throw plugin.problem("cannot be told of the cluster: \(error)")
    }
  }
}
