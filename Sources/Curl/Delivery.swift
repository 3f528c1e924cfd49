/// How a body reaches its reader.
enum Delivery: Sendable, Hashable {
  /// As a whole, at the end.
  case whole(CurlRequest.HTTPVersion, maximumBytes: Int)
  /// Piece by piece, over HTTP/1.1; the server has to wait while this much is unread.
  case pieces(pauseAt: Int)

  /// Whether others may be on the same connection at the same time.
  var sharesConnection: Bool {
    switch self {
    case .whole(let version, _): version == .http2
    case .pieces: false
    }
  }
}

/// What libcurl is to do with bytes that it offers.
enum Verdict {
  /// Go on.
  case taken
  /// Keep them, and offer them again later.
  case pause
  /// Give up: the body is larger than allowed.
  case tooLarge
}
