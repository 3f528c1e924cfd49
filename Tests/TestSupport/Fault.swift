/// What a `FaultProxy` does to one request.
public enum Fault: Sendable {
  /// Where in the life of a request something happens to it.
  public enum Point: Sendable {
    /// The server has not seen the request.
    case beforeForwarding
    /// The server has answered, and done what was asked; the answer never arrives.
    case afterForwarding
  }

  /// The request hangs until the proxy ends.
  case hold(Point)
  /// The connection breaks.
  case lose(Point)
  /// The proxy answers in the server's stead, which does not see the request.
  case answer(status: Int, headers: [String: String] = [:], body: String)
  /// The answer arrives in an unusual way.
  case deliver(Delivery)

  /// How the bytes of an answer arrive.
  public struct Delivery: Sendable {
    /// Bytes that are sent at once; nil as they come.
    public var pieceBytes: Int?
    /// How long the head of the answer waits.
    public var delay: Duration?
    /// After how many bytes no more come.
    public var limitBytes: Int?
    /// What comes then.
    public var ending: Ending

    /// What happens where an answer's bytes end early.
    public enum Ending: Sendable {
      /// The connection breaks.
      case cut
      /// Nothing more comes, and the connection stays.
      case stall
      /// The answer ends as if it were whole.
      case complete
    }

    /// Describes a delivery.
    public init(
      pieceBytes: Int? = nil, delay: Duration? = nil, limitBytes: Int? = nil, ending: Ending = .cut
    ) {
      self.pieceBytes = pieceBytes
      self.delay = delay
      self.limitBytes = limitBytes
      self.ending = ending
    }
  }

  /// The version that a list or watch asks for is gone, as HTTP says it.
  public static let gone = refusal(410, "Expired", "too old resource version")
  /// The same as an event of a watch.
  public static let goneEvent = answer(
    status: 200,
    body: #"{"type":"ERROR","object":\#(status(410, "Expired", "too old resource version"))}"# + "\n")
  /// The credentials are not accepted.
  public static let unauthorized = refusal(401, "Unauthorized", "Unauthorized")

  /// The server has too much to do.
  public static func tooManyRequests(retryAfter seconds: Int) -> Self {
    refusal(429, "TooManyRequests", "too many requests", ["Retry-After": "\(seconds)"])
  }

  /// The server cannot answer.
  public static func unavailable(retryAfter seconds: Int? = nil) -> Self {
    refusal(
      503, "ServiceUnavailable", "the server cannot answer", seconds.map { ["Retry-After": "\($0)"] } ?? [:])
  }

  private static func refusal(
    _ code: Int, _ reason: String, _ message: String, _ headers: [String: String] = [:]
  ) -> Self {
    answer(status: code, headers: headers, body: status(code, reason, message))
  }

  private static func status(_ code: Int, _ reason: String, _ message: String) -> String {
    #"{"kind":"Status","apiVersion":"v1","status":"Failure","message":"\#(message)","reason":"\#(reason)","code":\#(code)}"#
  }
}
