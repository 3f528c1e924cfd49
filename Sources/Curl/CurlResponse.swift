/// An HTTP response with its whole body.
public struct CurlResponse: Sendable {
  /// The status code.
  public var status: Int
  /// Header fields in order, their names as the server wrote them.
  public var headers: [(name: String, value: String)]
  /// The body.
  public var body: [UInt8]

  /// Creates a response, as where a stream turns out to be short.
  public init(status: Int, headers: [(name: String, value: String)], body: [UInt8]) {
    self.status = status
    self.headers = headers
    self.body = body
  }

  /// The value of the first header field of that name, in any letter case.
  public func header(_ name: String) -> String? { headers.firstValue(name) }
}

/// The head of an HTTP response whose body still comes.
public struct CurlStreamHead: Sendable {
  /// The status code.
  public var status: Int
  /// Header fields in order, their names as the server wrote them.
  public var headers: [(name: String, value: String)]

  /// The value of the first header field of that name, in any letter case.
  public func header(_ name: String) -> String? { headers.firstValue(name) }
}

extension [(name: String, value: String)] {
  fileprivate func firstValue(_ name: String) -> String? {
    first { $0.name.lowercased() == name.lowercased() }?.value
  }
}
