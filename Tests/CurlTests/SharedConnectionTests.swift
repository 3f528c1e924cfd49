import Testing

@testable import Curl

/// What libcurl reads for one request of an HTTP/2 connection may be for another one.
@Suite(.serialized, .timeLimit(.minutes(1))) struct `Answers that come together` {
  /// Frames in the order in which they come: `H1` is the head of the second answer, `D1:500` a part of its body and
  /// `D1:500E` the last one.
  private static let small = [
    "H0 H1 D0:10E D1:10E H2 H3 D2:10E D3:10E",
    // More than a buffer of libcurl's usual size, with others behind it.
    "H3 H0 D0:5000E H1 H2 D1:500 D1:16000E D3:10E D2:0E",
    "H2 H3 D3:10 D3:500 H1 H0 D0:10E D2:500 D2:16000E D1:10E D3:16000 D3:500E",
    // The same at the end, where nothing comes after it.
    "H0 D0:0E H1 H2 D2:0 D1:500 H3 D2:9000E D1:9000E D3:500 D3:16000E",
    "H3 H0 D3:500E D0:500E H2 H1 D2:500 D2:5000 D1:10E D2:16000E",
  ]

  @Test(arguments: small) func `are whole at once`(frames: String) async throws {
    try await exchange(frames, rounds: 5)
  }

  @Test func `are whole when they are larger than any buffer`() async throws {
    let part = String(repeating: "D0:16000 ", count: 40)
    try await exchange(
      "H0 H1 \(part)H2 D1:9000 \(part)D2:10 \(part)D0:0E H3 D3:10E D1:9000E D2:0E", rounds: 20)
  }

  /// Sends four requests at once, again and again, whose answers come in one piece.
  private func exchange(_ text: String, rounds: Int) async throws {
    let frames = text.split(separator: " ")
    let backend = try TestServer { connection in
      let script = try FrameScript(connection)
      while true {
        let streams = try script.requests(4)
        try connection.write(frames.flatMap { Self.frame($0, streams) })
      }
    }
    let authority = try TestAuthority()
    let front = try TLSFront(try authority.issue("server.test"), to: backend.port, version: .http2)
    defer {
      front.stop()
      backend.stop()
      authority.remove()
    }
    let client = try CurlClient()
    var request = CurlRequest(url: "https://127.0.0.1:\(front.port)/")
    request.tls.certificateAuthority = try authority.certificate
    request.tls.serverName = "server.test"
    let sizes = (0..<4).map { number in
      frames.filter { $0.hasPrefix("D\(number)") }.reduce(0) { $0 + Self.size($1) }
    }
    for _ in 0..<rounds {
      let bodies = try await withThrowingTaskGroup(of: Int.self) { group in
        for _ in 0..<4 { group.addTask { [request] in try await client.send(request).body.count } }
        return try await group.reduce(into: []) { $0.append($1) }
      }
      // Which request has which stream is not told.
      #expect(bodies.sorted() == sizes.sorted())
    }
    #expect(ClientSocket.connected(to: front.port).count == 1)
  }

  private static func frame(_ word: Substring, _ streams: [UInt32]) -> [UInt8] {
    let stream = streams[word.dropFirst().first?.wholeNumberValue ?? 0]
    guard word.first == "D" else { return FrameScript.head(on: stream) }
    return FrameScript.body(
      [UInt8](repeating: 1, count: size(word)), on: stream, ends: word.hasSuffix("E"))
  }

  private static func size(_ word: Substring) -> Int {
    Int(word.drop { $0 != ":" }.filter(\.isNumber)) ?? 0
  }
}
