import Foundation

/// What a server says in HTTP/2, frame by frame.
///
/// It knows as much as is needed for answers to come in one piece, in an order that a script wants.
struct FrameScript {
  /// The kinds of frames of RFC 9113, section 6.
  private enum Kind: UInt8 {
    case data = 0
    case headers = 1
    case settings = 4
  }

  private static let endStream: UInt8 = 0x1
  private static let endHeaders: UInt8 = 0x4
  /// `:status: 200` of HPACK's static table.
  private static let ok: [UInt8] = [0x88]

  let connection: Connection

  /// Begins on a new connection.
  init(_ connection: Connection) throws {
    self.connection = connection
    _ = try connection.readBytes("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8.count)
    try connection.write(Self.frame(.settings))
  }

  /// Waits until as many further requests are there, and returns their streams.
  func requests(_ count: Int) throws -> [UInt32] {
    var streams: [UInt32] = []
    while streams.count < count {
      let head = try connection.readBytes(9)
      _ = try connection.readBytes(Int(head[0]) << 16 | Int(head[1]) << 8 | Int(head[2]))
      if head[3] == Kind.headers.rawValue { streams.append(head[5...8].reduce(0) { $0 << 8 | UInt32($1) }) }
      if head[3] == Kind.settings.rawValue, head[4] == 0 {
        try connection.write(Self.frame(.settings, flags: 1))
      }
    }
    return streams
  }

  static func head(on stream: UInt32) -> [UInt8] { frame(.headers, flags: endHeaders, on: stream, ok) }

  static func body(_ bytes: [UInt8], on stream: UInt32, ends: Bool = true) -> [UInt8] {
    frame(.data, flags: ends ? endStream : 0, on: stream, bytes)
  }

  private static func frame(
    _ kind: Kind, flags: UInt8 = 0, on stream: UInt32 = 0, _ payload: [UInt8] = []
  ) -> [UInt8] {
    let length = payload.count
    return [UInt8(length >> 16), UInt8(length >> 8 & 0xff), UInt8(length & 0xff), kind.rawValue, flags]
      + (0..<4).map { UInt8(stream >> (24 - 8 * UInt32($0)) & 0xff) } + payload
  }
}
