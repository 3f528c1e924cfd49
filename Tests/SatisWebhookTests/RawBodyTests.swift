import HTTPTypes
import Hummingbird
import Testing

@testable import SatisWebhook

@Suite struct RawBodyTests {
  func request(length: String? = nil, chunks: [String]) -> Request {
    var head = HTTPRequest(method: .post, scheme: nil, authority: nil, path: "/satis/packages")
    head.headerFields[.contentLength] = length
    let body = AsyncStream<ByteBuffer> { stream in
      for chunk in chunks { stream.yield(ByteBuffer(string: chunk)) }
      stream.finish()
    }
    return Request(head: head, body: RequestBody(asyncSequence: body))
  }

  @Test func `a body of unknown length is read up to the limit`() async throws {
    #expect(try await request(chunks: ["ab", "", "cd"]).rawBody(upTo: 4) == Array("abcd".utf8))
    #expect(try await request(chunks: ["ab", "cd", "e"]).rawBody(upTo: 4) == nil)
  }

  @Test func `a body that says it is too large is not read`() async throws {
    #expect(try await request(length: "5", chunks: ["ab"]).rawBody(upTo: 4) == nil)
  }

  @Test func `a body that says too little is not believed`() async throws {
    #expect(try await request(length: "1", chunks: ["abc", "de"]).rawBody(upTo: 4) == nil)
    #expect(try await request(length: "-1", chunks: ["abcd"]).rawBody(upTo: 4) == Array("abcd".utf8))
  }
}
