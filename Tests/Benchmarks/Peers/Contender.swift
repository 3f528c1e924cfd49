/// Who does the same work in turn.
enum Contender: String, CaseIterable, Sendable {
  /// A bare loop that sends the same writes over 16 connections and decides nothing.
  case floor
  /// The project.
  case satisOperator = "operator"
  /// The controller in `Peers/client-go`.
  case clientGo = "client-go"
  /// The operator in `Peers/kopf`.
  case kopf
}

/// Where the programs are.
struct Programs: Sendable {
  var kubeconfig: String
  /// The project's release build.
  var satisOperator: String
  var clientGo: String
  /// The `kopf` command of the peer's virtual environment.
  var kopf: String
  var kopfOperator: String
  /// The runner's sources, which are part of every snapshot.
  var runner: String
  /// Where the programs' output goes.
  var logs: String

  /// Starts a controller for a namespace; nil for the floor, which is none.
  func start(_ contender: Contender, in namespace: String) throws -> Running? {
    switch contender {
    case .floor: nil
    case .satisOperator:
      try start(
        satisOperator,
        ["controller", "--kubeconfig", kubeconfig, "--namespace", namespace, "--health-port", "0"],
        "operator", namespace)
    case .clientGo:
      try start(
        clientGo, ["--kubeconfig", kubeconfig, "--namespace", namespace, "--runner", runner], "client-go",
        namespace)
    case .kopf:
      try start(
        kopf, ["run", "--standalone", "--quiet", "--namespace", namespace, kopfOperator], "kopf", namespace,
        ["KUBECONFIG": kubeconfig, "RUNNER": runner])
    }
  }

  /// Starts the project's webhook service.
  func startWebhook(in namespace: String, port: Int) throws -> Running {
    try start(
      satisOperator, ["webhook", "--kubeconfig", kubeconfig, "--namespace", namespace, "--port", "\(port)"],
      "webhook",
      namespace)
  }

  private func start(
    _ program: String, _ arguments: [String], _ name: String, _ namespace: String,
    _ environment: [String: String] = [:]
  ) throws -> Running {
    try Running(program, arguments, environment, log: "\(logs)/\(namespace)-\(name).log")
  }
}
