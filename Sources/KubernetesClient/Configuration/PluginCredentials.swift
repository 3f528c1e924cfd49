import FoundationEssentials

/// The credential of a plugin: kept until it expires or is refused, and got once for all who wait for it.
actor PluginCredentials {
  private let plugin: ExecPlugin
  private let environment: [String: String]
  private let now: @Sendable () -> Timestamp
  private var known: ExecCredential?
  private var isRunning = false
  private var waiting: [Int: CheckedContinuation<Answer, Never>] = [:]
  private var lastTicket = 0

  private typealias Answer = Result<ExecCredential, ConfigurationError>

  init(
    _ plugin: ExecPlugin, environment: [String: String] = ProcessInfo.processInfo.environment,
    now: @escaping @Sendable () -> Timestamp = { Timestamp(seconds: Int64(Date().timeIntervalSince1970)) }
  ) {
    self.plugin = plugin
    self.environment = environment
    self.now = now
  }

  /// The credential as it is known, or as the plugin prints it.
  ///
  /// Cancelling the task ends its wait at once; the plugin runs on, for others and for whoever comes later.
  func credential() async throws(ConfigurationError) -> ExecCredential {
    if let known, known.expiry.map({ now() < $0 }) ?? true { return known }
    lastTicket += 1
    let ticket = lastTicket
    let answer = await withTaskCancellationHandler {
      await withCheckedContinuation { join(ticket, $0) }
    } onCancel: {
      Task { await leave(ticket) }
    }
    return try answer.get()
  }

  private func join(_ ticket: Int, _ waiter: CheckedContinuation<Answer, Never>) {
    waiting[ticket] = waiter
    // `leave` may have come already, and found nobody.
    guard !Task.isCancelled else { return leave(ticket) }
    guard !isRunning else { return }
    isRunning = true
    Task { finish(await Self.run(plugin, environment)) }
  }

  private func leave(_ ticket: Int) {
    waiting.removeValue(forKey: ticket)?.resume(
      returning: .failure(plugin.problem("was still running when nobody waited for it any more")))
  }

  private func finish(_ answer: Answer) {
    isRunning = false
    known = try? answer.get()
    for waiter in waiting.values { waiter.resume(returning: answer) }
    waiting = [:]
  }

  /// The server has refused a credential.
  ///
  /// Others may have been refused with it, and a new one may be there already.
  func refuse(token: String?, certificate: [UInt8]?) {
    guard let known, known.token == token else { return }
    // Where the plugin has printed no certificate, the request had that of the kubeconfig, or none.
    if let identity = known.identity, identity.certificate.bytes != certificate { return }
    self.known = nil
  }

  private static func run(_ plugin: ExecPlugin, _ inherited: [String: String]) async -> Answer {
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
