import Hummingbird
import ServiceLifecycle

/// The body of `/events`: everything at first, then what changes.
struct EventStream: Sendable {
  static let contentType = "text/event-stream"
  /// Without a sign for longer than a few of these, the page says that it has lost the service.
  static let heartbeat: Duration = .seconds(5)
  /// What changes within it is told at once.
  static let pause: Duration = .milliseconds(250)

  let board: Board
  let viewers: Viewers
  let sleep: @Sendable (Duration) async throws -> Void

  /// Takes a place.
  ///
  /// - Parameter isAllowed: whether whoever asked may still see it.
  /// - Returns: the body, which gives the place back at its end; nil when all places are taken.
  func body(while isAllowed: @escaping @Sendable () -> Bool) -> ResponseBody? {
    guard let viewer = viewers.open() else { return nil }
    // A response that is never written gives its place back as well.
    let place = Place(viewer: viewer, viewers: viewers)
    return ResponseBody { writer in
      defer { place.leave() }
      try await withGracefulShutdownHandler {
        try await tell(place.viewer, &writer, while: isAllowed)
      } onGracefulShutdown: {
        place.viewer.end()
      }
      try await writer.finish(nil)
    }
  }

  @concurrent private func tell(
    _ viewer: Viewer, _ writer: inout any ResponseBodyWriter, while isAllowed: () -> Bool
  ) async throws {
    // What changes from now on is noted, so that nothing falls between the two.
    try await write(board.wholeMessage(), &writer)
    while isAllowed() {
      switch await viewer.next(until: .now + Self.heartbeat) {
      case .end: return
      case .tell(let backlog): try await write(board.message(about: backlog), &writer)
      }
      try await sleep(Self.pause)
    }
  }

  @concurrent private func write(
    _ message: StatusMessage, _ writer: inout any ResponseBodyWriter
  ) async throws {
    try await writer.write(ByteBuffer(string: try message.event()))
  }

  private final class Place: Sendable {
    let viewer: Viewer
    private let viewers: Viewers

    init(viewer: Viewer, viewers: Viewers) {
      self.viewer = viewer
      self.viewers = viewers
    }

    func leave() { viewers.close(viewer) }

    deinit { viewers.close(viewer) }
  }
}
