import Foundation
import Testing

@testable import Curl

@Suite(.serialized, .timeLimit(.minutes(2))) struct `Under load` {
  @Test func `200 requests run at the same time`() async throws {
    let barrier = Barrier(200)
    let server = try TestServer(answering: { request in
      // Nobody gets an answer before all have asked.
      barrier.wait()
      return Response.text(request.requestLine)
    })
    defer { server.stop() }
    let client = try CurlClient()
    try await withThrowingTaskGroup(of: Void.self) { group in
      for number in 1...200 {
        group.addTask {
          var request = CurlRequest(url: server.url + "/\(number)")
          request.timeout = .seconds(30)
          let response = try await client.send(request)
          #expect(response.body == Array("GET /\(number) HTTP/1.1".utf8))
        }
      }
      try await group.waitForAll()
    }
  }

  @Test func `2000 requests leave no memory behind`() async throws {
    let body = [UInt8](repeating: 1, count: 64 << 10)
    let server = try TestServer(answering: { _ in Response(body: body) })
    defer { server.stop() }
    let client = try CurlClient()
    func sendMany(_ count: Int) async throws {
      for _ in 1...count {
        let request = CurlRequest(method: .post, url: server.url, headers: [("X-Long", "y")], body: body)
        #expect(try await client.send(request).body.count == body.count)
        try await client.stream(request) { _, stream in for try await _ in stream {} }
      }
    }
    try await sendMany(100)
    var growth: [Int] = []
    for _ in 1...5 {
      let before = try residentBytes()
      try await sendMany(200)
      growth.append(try residentBytes() - before)
    }
    // What leaks does so in every round; what other tests need beside this one does not.
    #expect(try #require(growth.min()) < 1 << 20)
  }

  private func residentBytes() throws -> Int {
    let text = try String(contentsOfFile: "/proc/self/statm", encoding: .utf8)
    let pages = text.split(separator: " ").dropFirst().first.flatMap { Int($0) }
    return try #require(pages) * Int(sysconf(Int32(_SC_PAGESIZE)))
  }
}
