import HTTPTypes
import Hummingbird
import Logging
import Synchronization

/// A real HTTP server on this machine that answers notifications as a test says.
final class Receiver: Sendable {
  /// A post as it came.
  struct Post: Sendable {
    var path: String
    var headers: HTTPFields
    var body: [UInt8]

    func header(_ name: String) -> String? {
      HTTPField.Name(name).flatMap { headers[$0] }
    }
  }

  typealias Answer = @Sendable (_ number: Int, Post) async throws -> Response

  private let received = Mutex<[Post]>([])

  /// All posts so far, whatever was answered.
  var posts: [Post] { received.withLock { $0 } }

  /// Serves while something is done.
  ///
  /// - Parameter answer: gets the number of the post, from 1.
  func serve(_ answer: @escaping Answer, _ body: @Sendable (_ url: String) async throws -> Void) async throws
  {
    let (ports, port) = AsyncStream<Int>.makeStream()
    let app = Application(
      responder: CallbackResponder { (request: Request, _: BasicRequestContext) in
        let bytes = try await request.body.collect(upTo: 1 << 20)
        let post = Post(
          path: request.uri.path, headers: request.headers, body: Array(bytes.readableBytesView))
        let number = self.received.withLock { posts in
          posts.append(post)
          return posts.count
        }
        return try await answer(number, post)
      },
      configuration: .init(address: .hostname("127.0.0.1", port: 0), serverName: nil),
      onServerRunning: { channel in
        port.yield(channel.localAddress?.port ?? 0)
        port.finish()
      },
      logger: Logger(label: "receiver") { _ in SwiftLogNoOpLogHandler() })
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { try await app.run() }
      var iterator = ports.makeAsyncIterator()
      let number = await iterator.next()
      do {
        try await body("http://127.0.0.1:\(number ?? 0)")
        group.cancelAll()
      } catch {
        group.cancelAll()
        throw error
      }
    }
  }
}
