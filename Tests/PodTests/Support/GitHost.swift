import Foundation
import Hummingbird
import Logging
import TestSupport

/// A git host for the pods of the node, which is this machine: bare repositories of packages as plain files over
/// http, which is all that git needs to clone.
struct GitHost: Sendable {
  /// Below it are the repositories.
  let url: String
  private let address: String
  private let folder: URL

  /// Serves repositories on a port of its own while the body runs.
  ///
  /// - Parameter address: an address of this machine that pods reach.
  static func serve<Result: Sendable>(
    on address: String, port: Int = 0, from folder: URL, _ body: @Sendable (GitHost) async throws -> Result
  ) async throws -> Result {
    // That it is shut down in the middle of a connection is no error here.
    var logger = Logger.quiet
    logger.logLevel = .critical
    let router = Router()
    router.add(middleware: FileMiddleware(folder.path, logger: logger))
    let (ports, started) = AsyncStream<Int>.makeStream()
    let application = Application(
      router: router, configuration: .init(address: .hostname(address, port: port)),
      onServerRunning: { channel in started.yield(channel.localAddress?.port ?? 0) },
      logger: logger)
    return try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { try await application.run() }
      var iterator = ports.makeAsyncIterator()
      let port = await iterator.next() ?? 0
      let result = try await body(
        GitHost(url: "http://\(address):\(port)", address: address, folder: folder))
      group.cancelAll()
      return result
    }
  }

  /// Serves the same repositories a second time while the body runs, for a test that stops the host.
  func again<Result: Sendable>(
    port: Int = 0, _ body: @Sendable (GitHost) async throws -> Result
  ) async throws -> Result {
    try await Self.serve(on: address, port: port, from: folder, body)
  }

  /// The port on which it is served.
  var port: Int { URL(string: url)?.port ?? 0 }

  /// The URL of a package's repository.
  func url(of name: String) -> String { "\(url)/\(name).git" }

  /// Makes the repository of the package `acme/NAME` with the version 1.0.0.
  func create(_ name: String) async throws {
    let work = folder.appending(path: name)
    try FileManager.default.createDirectory(at: work, withIntermediateDirectories: true)
    try await git("init", "--quiet", "--initial-branch", "main", in: work)
    try await git("init", "--quiet", "--bare", "--initial-branch", "main", "\(name).git", in: folder)
    let package = #"{"name": "acme/\#(name)", "description": "The package \#(name)"}"#
    try package.write(to: work.appending(path: "composer.json"), atomically: true, encoding: .utf8)
    try await tag(name, "1.0.0")
  }

  /// Pushes a commit and a tag, and returns the commit.
  @discardableResult
  func tag(_ name: String, _ version: String) async throws -> String {
    let work = folder.appending(path: name)
    try "\(version)\n".write(to: work.appending(path: "version.txt"), atomically: true, encoding: .utf8)
    try await git("add", "--all", in: work)
    try await git("commit", "--quiet", "--message", "Version \(version)", in: work)
    try await git("tag", version, in: work)
    try await push(name)
    return try await git("rev-parse", "HEAD", in: work).trimmingCharacters(in: .newlines)
  }

  /// Takes a tag away.
  func deleteTag(_ name: String, _ version: String) async throws {
    try await git("tag", "--delete", version, in: folder.appending(path: name))
    try await push(name)
  }

  private func push(_ name: String) async throws {
    try await git(
      "push", "--quiet", "--mirror", "../\(name).git", in: folder.appending(path: name))
    try await git("update-server-info", in: folder.appending(path: "\(name).git"))
  }

  @discardableResult
  private func git(_ words: String..., in directory: URL) async throws -> String {
    let identity = ["-c", "user.name=Test", "-c", "user.email=test@example.org"]
    return try await Command.run(["git"] + identity + words, in: directory)
  }
}
