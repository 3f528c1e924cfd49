public import Logging

/// Takes out of every log line what must not be read there, before another handler writes it.
///
/// Whoever logs something of which a stranger wrote a part redacts it there and then; this is for what was overlooked.
public struct RedactingLogHandler<Base: LogHandler>: LogHandler {
  private var base: Base
  private let redact: @Sendable (String) -> String

  /// Creates a handler before another one.
  ///
  /// - Parameter redact: the text without what is secret.
  public init(_ base: Base, redact: @escaping @Sendable (String) -> String) {
    self.base = base
    self.redact = redact
  }

  /// The lowest level that is written.
  public var logLevel: Logger.Level {
    get { base.logLevel }
    set { base.logLevel = newValue }
  }

  /// What every line says.
  public var metadata: Logger.Metadata {
    get { base.metadata }
    set { base.metadata = newValue.mapValues(redacted) }
  }

  /// What is added to a line where it is written: names and numbers of this program.
  public var metadataProvider: Logger.MetadataProvider? {
    get { base.metadataProvider }
    set { base.metadataProvider = newValue }
  }

  /// What every line says under a name.
  public subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { base[metadataKey: key] }
    set { base[metadataKey: key] = newValue.map(redacted) }
  }

  /// Hands a line on.
  public func log(event: LogEvent) {
    var event = event
    event.message = "\(redact(event.message.description))"
    event.metadata = event.metadata?.mapValues(redacted)
    if let error = event.error {
      // As a text, since an error would be written as it describes itself.
      event.error = nil
      event.metadata = (event.metadata ?? [:]).merging(["error": "\(redact("\(error)"))"]) { known, _ in known
      }
    }
    base.log(event: event)
  }

  private func redacted(_ value: Logger.Metadata.Value) -> Logger.Metadata.Value {
    switch value {
    case .string(let text): .string(redact(text))
    case .stringConvertible(let value): .string(redact(value.description))
    case .array(let values): .array(values.map(redacted))
    case .dictionary(let values): .dictionary(values.mapValues(redacted))
    }
  }
}
