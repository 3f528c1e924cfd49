extension Kubeconfig {
  /// How a kubeconfig names a credential plugin.
  struct Exec: Decodable {
    var apiVersion: String?
    var command: String
    var args: [String]?
    var env: [ExecPlugin.Variable]?
    var installHint: String?
    var provideClusterInfo: Bool?
    var interactiveMode: String?

    /// - Throws: where the plugin could not work here.
    func plugin(origin: String, cluster: JSONValue) throws(ConfigurationError) -> ExecPlugin {
      let plugin = ExecPlugin(
        command: command, arguments: args ?? [], environment: env ?? [], apiVersion: apiVersion ?? "",
        installHint: installHint, cluster: provideClusterInfo == true ? cluster : nil, origin: origin)
      guard ExecPlugin.apiVersions.contains(plugin.apiVersion) else {
        throw plugin.problem(
          "has the apiVersion '\(plugin.apiVersion)'; it has to be one of "
            + ExecPlugin.apiVersions.joined(separator: ", "))
      }
      switch interactiveMode {
      case "Never", "IfAvailable": return plugin
      case nil where plugin.apiVersion.hasSuffix("/v1beta1"): return plugin
      case "Always":
        throw plugin.problem(
          "wants to ask somebody (interactiveMode: Always), and here is nobody; use another user")
      case nil: throw plugin.problem("has no interactiveMode, which v1 asks for; set it to Never")
      case let mode?:
        throw plugin.problem("has the interactiveMode '\(mode)'; it has to be Never, IfAvailable or Always")
      }
    }
  }
}
