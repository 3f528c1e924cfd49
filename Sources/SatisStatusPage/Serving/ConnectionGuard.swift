import ControllerRuntime
import HTTPTypes
import Hummingbird
import NIOCore
import NIOHTTPTypes

/// Stands between the parser and the routes of one connection, and carries out what `ConnectionState` decides.
final class ConnectionGuard: ChannelDuplexHandler, RemovableChannelHandler {
  typealias InboundIn = HTTPRequestPart
  typealias InboundOut = HTTPRequestPart
  typealias OutboundIn = HTTPResponsePart
  typealias OutboundOut = HTTPResponsePart

  private let connections: Connections
  private var state = ConnectionState()
  private var timer: (task: Scheduled<Void>, due: ConnectionState.Instant)?
  private var place: Connections.Place?
  /// Whether the bytes that are being read have completed anything.
  private var hasReadPart = false

  init(connections: Connections) {
    self.connections = connections
  }

  func handlerAdded(context: ChannelHandlerContext) {
    if context.channel.isActive { open(context) }
  }

  func channelActive(context: ChannelHandlerContext) {
    open(context)
    context.fireChannelActive()
  }

  func handlerRemoved(context: ChannelHandlerContext) {
    timer?.task.cancel()
    timer = nil
    if let place { connections.close(place) }
    place = nil
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    hasReadPart = true
    switch unwrapInboundIn(data) {
    case .head: state.head(now: .now)
    case .body: break
    case .end: state.end(now: .now)
    }
    follow(context)
    context.fireChannelRead(data)
  }

  func channelReadComplete(context: ChannelHandlerContext) {
    if !hasReadPart {
      state.bytes(now: .now)
      follow(context)
    }
    hasReadPart = false
    context.fireChannelReadComplete()
  }

  func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
    switch unwrapOutboundIn(data) {
    case .head(let response) where response.headerFields[.contentType] == EventStream.contentType:
      state.streams()
    case .head, .body: break
    case .end:
      state.answered()
      follow(context)
    }
    context.write(data, promise: promise)
  }

  private func open(_ context: ChannelHandlerContext) {
    guard place == nil else { return }
    let channel = context.channel
    place = connections.open { channel.close(promise: nil) }
    guard place != nil else { return context.close(promise: nil) }
    follow(context)
  }

  /// Brings the timer, and the place in the line of those that make room, up to the state.
  private func follow(_ context: ChannelHandlerContext) {
    if let place { connections.set(place, state.standing) }
    guard let due = state.due, timer.map({ due < $0.due }) ?? true else { return }
    timer?.task.cancel()
    let delay = TimeAmount(max(.zero, due - .now))
    let task = context.eventLoop.assumeIsolated().scheduleTask(in: delay) { self.timerFired(context) }
    timer = (task, due)
  }

  private func timerFired(_ context: ChannelHandlerContext) {
    timer = nil
    // It was set for what has been over since then; there may be something new to wait for.
    if let due = state.due, due <= .now { return context.close(promise: nil) }
    follow(context)
  }
}
