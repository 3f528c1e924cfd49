import KubernetesClient

/// The subcommands of a program and their options, as the argument parser describes them.
public struct CommandOutline: Sendable, Hashable {
  let subcommands: [Subcommand]

  /// A subcommand.
  struct Subcommand: Sendable, Hashable {
    var name: String
    var abstract: String
    var options: [Option]
    /// What its arguments without a name are called, in their order; the last one may be given again and again.
    var arguments: [Value]
  }

  /// An option or a flag.
  struct Option: Sendable, Hashable {
    /// With their hyphens, the longest last.
    var names: [String]
    var abstract: String
    /// What it takes; nil for a flag.
    var value: Value?
  }

  /// A value that somebody types.
  struct Value: Sendable, Hashable {
    var name: String
    /// All that it can be, where that is known.
    var choices: [String]
    var isRepeating: Bool
  }

  /// Reads what `--experimental-dump-help` prints.
  ///
  /// - Throws: when the text is no JSON.
  public init(parsing text: String) throws {
    let root = try JSONValue(parsing: text.utf8)
    subcommands = (root["command"]?["subcommands"]?.elements ?? []).compactMap(Subcommand.init)
  }
}

extension CommandOutline.Subcommand {
  fileprivate init?(_ value: JSONValue) {
    guard let name = value["commandName"]?.text, value["shouldDisplay"] != false else { return nil }
    self.name = name
    abstract = value["abstract"]?.text ?? ""
    let arguments = (value["arguments"]?.elements ?? []).filter { $0["shouldDisplay"] != false }
    options = arguments.compactMap(CommandOutline.Option.init)
    self.arguments = arguments.filter { $0["kind"] == "positional" }.map(CommandOutline.Value.init)
  }
}

extension CommandOutline.Option {
  fileprivate init?(_ value: JSONValue) {
    guard let kind = value["kind"]?.text, kind != "positional" else { return nil }
    names = (value["names"]?.elements ?? []).compactMap { name in
      name["name"]?.text.map { (name["kind"] == "long" ? "--" : "-") + $0 }
    }.sorted { $0.count < $1.count }
    abstract = value["abstract"]?.text ?? ""
    self.value = kind == "option" ? CommandOutline.Value(value) : nil
  }
}

extension CommandOutline.Value {
  fileprivate init(_ value: JSONValue) {
    name = value["valueName"]?.text ?? ""
    choices = (value["allValues"]?.elements ?? []).compactMap(\.text)
    isRepeating = value["isRepeating"] == true
  }
}
