import Synchronization

/// A thread with a multi handle, and so with connections, of its own.
///
/// Streams must not share them with requests: once libcurl (7.88) knows that a host multiplexes, it takes any of its
/// connections for a request that may, even one on which an HTTP/1.1 stream is busy. The request then waits for the
/// end of the stream.
final class Lane: Sendable {
  let mailbox = Mailbox()
  private let thread: LoopThread

  init(_ configuration: CurlConfiguration) throws(CurlError) {
    // Before there is a thread: a lane without it would take requests for nothing.
    let multi = Mutex<MultiHandle?>(try MultiHandle())
    thread = try LoopThread { [mailbox] in
      if let multi = multi.withLock({ $0.take() }) { EventLoop.run(multi, mailbox, configuration) }
    }
  }

  /// Ends the thread; nobody can be waiting for a transfer any more.
  deinit {
    _ = mailbox.post(.stop)
    thread.join()
  }

  func shutdown() async {
    _ = mailbox.post(.stop)
    await thread.waitUntilOver()
  }
}

/// The lane for requests, and those that it has taken the place of, as long as requests are on them.
///
/// A request that has no answer in its time may have been on a connection whose other side hangs, although its kernel
/// still acknowledges what it gets. Such a connection must not be used again, but libcurl (7.88) offers it to later
/// requests for as long as others wait on it, which may be for ever. So the next request begins on a new lane. Those
/// that wait on the old one lose nothing, if it was only slow.
final class RequestLanes: Sendable {
  private struct State {
    var current: Lane
    var former: [Former] = []
    var isShutDown = false
  }

  private struct Former {
    weak var lane: Lane?
  }

  private let configuration: CurlConfiguration
  private let state: Mutex<State>

  init(_ configuration: CurlConfiguration) throws(CurlError) {
    self.configuration = configuration
    state = Mutex(State(current: try Lane(configuration)))
  }

  /// The one for the next request.
  var current: Lane {
    state.withLock { state in
      // Without a thread or a descriptor for another one the old one has to do.
      guard state.current.mailbox.isDoubtful, !state.isShutDown, let lane = try? Lane(configuration) else {
        return state.current
      }
      state.former.removeAll { $0.lane == nil }
      state.former.append(Former(lane: state.current))
      state.current = lane
      return lane
    }
  }

  /// Ends all requests, and takes no further ones.
  func shutdown() async {
    let lanes = state.withLock { state in
      state.isShutDown = true
      return [state.current] + state.former.compactMap(\.lane)
    }
    for lane in lanes { await lane.shutdown() }
  }
}
