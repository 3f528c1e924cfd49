import ControllerRuntime
import HTTPTypes
import Hummingbird
import Testing

@testable import SatisWebhook

@Suite struct RawBodyTests {
  private static let metrics = MetricsRegistry(WebhookService.metricDescriptions)

  private func load(_ change: (inout ServingLimits) -> Void = { _ in }) -> ServingLoad {
    var limits = ServingLimits()
    change(&limits)
    return ServingLoad(limits: limits, metrics: WebhookMetrics(factory: Self.metrics))
  }

  private func read(
    length: String? = nil, chunks: [String], upTo limit: Int = 4, by load: ServingLoad? = nil,
    while work: () async -> Void = {}
  ) async throws(Refusal) -> [UInt8] {
    var head = HTTPRequest(method: .post, scheme: nil, authority: nil, path: "/satis/packages")
    head.headerFields[.contentLength] = length
    let body = AsyncStream<ByteBuffer> { stream in
      for chunk in chunks { stream.yield(ByteBuffer(string: chunk)) }
      stream.finish()
    }
    let request = Request(head: head, body: RequestBody(asyncSequence: body))
    return try await (load ?? self.load()).withBody(of: request, upTo: limit) { bytes throws(Refusal) in
      await work()
      return bytes
    }
  }

  @Test func `a body of unknown length is read up to the limit`() async throws {
    let read = try await read(chunks: ["ab", "", "cd"])
    #expect(read == Array("abcd".utf8))
    await #expect(throws: Refusal.tooLarge(limit: 4)) { try await self.read(chunks: ["ab", "cd", "e"]) }
  }

  @Test func `a body that says it is too large is not read`() async throws {
    await #expect(throws: Refusal.tooLarge(limit: 4)) { try await self.read(length: "5", chunks: ["ab"]) }
  }

  @Test func `a body that says too little is not believed`() async throws {
    await #expect(throws: Refusal.tooLarge(limit: 4)) {
      try await self.read(length: "1", chunks: ["abc", "de"])
    }
    let read = try await read(length: "-1", chunks: ["abcd"])
    #expect(read == Array("abcd".utf8))
  }

  @Test func `bodies beyond what all may have together are refused, and room is made when one is done`()
    async throws
  {
    let load = load { $0.bodyBytes = 8 }
    _ = try await read(chunks: ["abcd"], by: load) {
      _ = try? await self.read(chunks: ["abcd"], by: load) {
        await #expect(throws: Refusal.overloaded("the bodies of all calls together have more than 8 bytes")) {
          try await self.read(chunks: ["a"], by: load)
        }
      }
    }
    let read = try await read(chunks: ["abcd"], by: load)
    #expect(read == Array("abcd".utf8))
  }

  @Test func `large bodies leave room for small ones`() async throws {
    let large = String(repeating: "x", count: ServingLimits.smallBodyBytes + 1)
    let load = load { $0.bodyBytes = large.utf8.count + 8 }
    await #expect(throws: Refusal.self) {
      try await self.read(chunks: [large], upTo: large.utf8.count, by: load)
    }
    let read = try await read(chunks: ["abcd"], by: load)
    #expect(read == Array("abcd".utf8))
  }
}
