public import KubernetesClient
public import Logging

/// Writes each log line as a JSON object: `time` (RFC 3339, UTC), `level`, `logger`, `message`, then the metadata.
///
/// Metadata within metadata is flattened, its names joined by dots. What has the name of one of the four gets
/// `metadata.` before it.
public struct JSONLogHandler: LogHandler {
  /// The lowest level that is written.
  public var logLevel: Logger.Level = .info
  /// What every line says.
  public var metadata: Logger.Metadata = [:]
  /// What is added to a line where it is written.
  public var metadataProvider: Logger.MetadataProvider?

  private let label: String
  private let output: LogOutput
  private let now: @Sendable () -> MicroTime

  private static let reservedNames: Set = ["time", "level", "logger", "message"]

  /// Creates a handler.
  ///
  /// - Parameter now: the wall clock.
  public init(label: String, output: LogOutput = .standardError, now: @escaping @Sendable () -> MicroTime) {
    self.label = label
    self.output = output
    self.now = now
  }

  /// What every line says under a name.
  public subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { metadata[key] }
    set { metadata[key] = newValue }
  }

  /// Writes a line.
  public func log(event: LogEvent) {
    var merged = metadata
    merged.merge(metadataProvider?.get() ?? [:]) { $1 }
    merged.merge(event.metadata ?? [:]) { $1 }
    if let error = event.error, merged["error"] == nil { merged["error"] = "\(error)" }
    let fixed = [
      ("time", now().description), ("level", event.level.rawValue), ("logger", label),
      ("message", event.message.description),
    ]
    var members = fixed.map { "\($0.jsonText):\($1.jsonText)" }
    for (name, value) in merged.sorted(by: { $0.key < $1.key }) {
      Self.add(Self.reservedNames.contains(name) ? "metadata.\(name)" : name, value, to: &members)
    }
    output.write(line: "{\(members.joined(separator: ","))}")
  }

  private static func add(_ name: String, _ value: Logger.Metadata.Value, to members: inout [String]) {
    switch value {
    case .dictionary(let inner):
      for (key, value) in inner.sorted(by: { $0.key < $1.key }) { add("\(name).\(key)", value, to: &members) }
    case .array(let values):
      members.append("\(name.jsonText):[\(values.map { $0.description.jsonText }.joined(separator: ","))]")
    case .string, .stringConvertible:
      members.append("\(name.jsonText):\(value.description.jsonText)")
    }
  }
}

extension String {
  /// As JSON (RFC 8259), with its quotes.
  fileprivate var jsonText: String {
    var text = "\""
    for scalar in unicodeScalars {
      switch scalar {
      case "\"": text += "\\\""
      case "\\": text += "\\\\"
      case "\n": text += "\\n"
      case "\r": text += "\\r"
      case "\t": text += "\\t"
      // Beside what JSON forbids, the line ends of Unicode, at which some readers cut.
      case "\u{0}"..."\u{1F}", "\u{7F}", "\u{85}", "\u{2028}", "\u{2029}":
        let digits = String(scalar.value, radix: 16)
        text += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: text.unicodeScalars.append(scalar)
      }
    }
    return text + "\""
  }
}
