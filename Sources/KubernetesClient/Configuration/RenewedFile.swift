import Synchronization

/// A file that somebody replaces from time to time, such as a projected token or a certificate.
public final class RenewedFile: Sendable {
  typealias Clock = @Sendable () -> ContinuousClock.Instant

  /// How long what was read is used before it is read again; kubelets rotate with minutes to spare.
  private static let lifetime: Duration = .seconds(60)

  let path: String
  private let subject: String
  private let outlives: Bool
  private let now: Clock
  private let known: Mutex<Known>

  private struct Known {
    var bytes: [UInt8]?
    var readAt: ContinuousClock.Instant?
  }

  /// Names a file that has not been read yet.
  ///
  /// - Parameters:
  ///   - subject: what needs it, for messages.
  ///   - outlives: whether what was in it is used on when it is gone or empty. What lets others in must not be; what is
  ///     shown to others is refused by them in time.
  public convenience init(path: String, subject: String, outlives: Bool = true) {
    self.init(path: path, subject: subject, outlives: outlives) { ContinuousClock.now }
  }

  /// - Parameters:
  ///   - subject: what it is, for messages.
  ///   - bytes: what was read from it just now.
  init(
    path: String, subject: String, bytes: [UInt8]? = nil, outlives: Bool = true, now: @escaping Clock
  ) {
    self.path = path
    self.subject = subject
    self.outlives = outlives
    self.now = now
    known = Mutex(Known(bytes: bytes, readAt: bytes.map { _ in now() }))
  }

  /// What is in the file, or was a minute ago.
  ///
  /// A file that cannot be read any more, or is empty, may be in the middle of being replaced: where it `outlives` the file,
  /// what was there before is used until it is refused.
  func contents() throws(ConfigurationError) -> [UInt8] {
    let (bytes, readAt) = known.withLock { ($0.bytes, $0.readAt) }
    let now = now()
    if let bytes, let readAt, now - readAt < Self.lifetime { return bytes }
    do throws(ConfigurationError) {
      let read = try FileContents.bytes(at: path, subject: subject)
      guard !FileContents.trimmed(read).isEmpty else {
        throw ConfigurationError(subject: subject, problem: "needs the file \(path), which is empty")
      }
      known.withLock { $0 = Known(bytes: read, readAt: now) }
      return read
    } catch {
      guard let bytes, outlives else { throw error }
      return bytes
    }
  }

  /// What is in the file, without surrounding white space.
  public func text() throws(ConfigurationError) -> String {
    FileContents.trimmed(try contents())
  }

  /// What was read has been refused: it is read again at once, whatever becomes of that.
  func forget() {
    known.withLock { $0 = Known() }
  }

  /// What was read may be old: it is read again at once, and kept if that fails.
  ///
  /// - Parameter bytes: what was read from it at some time.
  /// - Returns: whether there is something else in it now.
  func isReplaced(since bytes: [UInt8]?) -> Bool {
    known.withLock { $0.readAt = nil }
    return (try? contents()) != bytes
  }
}
