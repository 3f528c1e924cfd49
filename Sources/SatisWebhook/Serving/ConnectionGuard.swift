import ControllerRuntime
import Hummingbird
import NIOCore
import NIOHTTP1
import NIOHTTPTypes
import NIOHTTPTypesHTTP1

/// Stands between the parser and the routes of one connection, and carries out what `ConnectionState` decides.
final class ConnectionGuard: ChannelDuplexHandler, RemovableChannelHandler {
  typealias InboundIn = HTTPRequestPart
  typealias InboundOut = HTTPRequestPart
  typealias OutboundIn = HTTPResponsePart
  typealias OutboundOut = HTTPResponsePart

  private let connections: Connections
  /// Is told what is answered here, with the address of the other side.
  private let report: @Sendable (Refusal, String?) -> Void
  private let limits: ServingLimits
  private var state: ConnectionState
  private var timer: (task: Scheduled<Void>, due: ConnectionState.Instant)?
  private var place: Connections.Place?
  /// Whether the bytes that are being read have completed anything.
  private var hasReadPart = false

  init(
    limits: ServingLimits, connections: Connections, report: @escaping @Sendable (Refusal, String?) -> Void
  ) {
    self.limits = limits
    self.connections = connections
    self.report = report
    state = ConnectionState(limits: limits, now: .now)
  }

  // MARK: - From beginning to end

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

  private func open(_ context: ChannelHandlerContext) {
    guard place == nil else { return }
    let channel = context.channel
    place = connections.open { channel.close(promise: nil) }
    guard place != nil else { return context.close(promise: nil) }
    follow(context)
  }

  /// Brings the timer, and the place in the lines of those that may be closed, up to the state.
  private func follow(_ context: ChannelHandlerContext) {
    if let place { connections.set(place, state.standing) }
    guard let due = state.due, due < timer?.due ?? .now + .seconds(86_400) else { return }
    timer?.task.cancel()
    let delay = TimeAmount(max(.zero, due - .now))
    let task = context.eventLoop.assumeIsolated().scheduleTask(in: delay) { self.timerFired(context) }
    timer = (task, due)
  }

  private func timerFired(_ context: ChannelHandlerContext) {
    timer = nil
    // It was set for what has been over since then; there may be something new to wait for.
    if let due = state.due, due <= .now { perform(state.timeIsUp(), context) }
    follow(context)
  }

  // MARK: - What comes in

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    hasReadPart = true
    let inbound =
      switch unwrapInboundIn(data) {
      case .head(let request): state.head(length: request.bodyLength, now: .now)
      case .body: state.body()
      case .end: state.end(now: .now)
      }
    follow(context)
    if inbound == .forward { context.fireChannelRead(data) }
  }

  func channelReadComplete(context: ChannelHandlerContext) {
    if !hasReadPart {
      state.bytes(now: .now)
      follow(context)
    }
    hasReadPart = false
    // Nobody behind asks for more.
    if state.isLingering { context.read() }
    context.fireChannelReadComplete()
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    switch error {
    case HTTPParserError.headerOverflow:
      perform(state.broken(.headerTooLarge(limit: limits.headerBytes)), context)
    case is HTTPParserError, is HTTP1TypeConversionError: perform(state.broken(.malformed), context)
    // More bytes after a broken call.
    case is ByteToMessageDecoderError: break
    default: context.fireErrorCaught(error)
    }
    follow(context)
  }

  // MARK: - What goes out

  func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
    switch unwrapOutboundIn(data) {
    case .head(var response) where state.closesAfterAnswer:
      response.headerFields[.connection] = "close"
      context.write(wrapOutboundOut(.head(response)), promise: promise)
    case .head, .body: context.write(data, promise: promise)
    case .end:
      let action = state.answered(now: .now)
      follow(context)
      guard action == .linger else { return context.write(data, promise: promise) }
      let sent = promise ?? context.eventLoop.makePromise()
      lingerWhen(sent, context)
      context.writeAndFlush(data, promise: sent)
    }
  }

  private func perform(_ action: ConnectionState.Action, _ context: ChannelHandlerContext) {
    switch action {
    case .none, .linger: break
    case .close: context.close(promise: nil)
    case .breakBody(let problem): context.fireErrorCaught(problem)
    case .refuse(let refusal):
      report(refusal, context.channel.remoteAddress?.ipAddress.map(Self.plain))
      refuse(refusal, context)
    }
  }

  /// An address of IPv4 as people know it: who listens for both families gets it in the form of IPv6.
  static func plain(_ address: String) -> String {
    address.hasPrefix("::ffff:") && address.contains(".") ? String(address.dropFirst(7)) : address
  }

  private func refuse(_ refusal: Refusal, _ context: ChannelHandlerContext) {
    guard let (answer, body) = try? Answer.refused(refusal).message() else {
      return context.close(promise: nil)
    }
    var head = answer
    head.headerFields[.connection] = "close"
    let sent = context.eventLoop.makePromise(of: Void.self)
    state.linger(.now)
    lingerWhen(sent, context)
    context.write(wrapOutboundOut(.head(head)), promise: nil)
    context.write(wrapOutboundOut(.body(body)), promise: nil)
    context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: sent)
  }

  /// The other side reads the answer and its end, and what it still sends is thrown away for a while.
  private func lingerWhen(_ sent: EventLoopPromise<Void>, _ context: ChannelHandlerContext) {
    sent.futureResult.assumeIsolated().whenComplete { _ in
      context.close(mode: .output, promise: nil)
      context.read()
    }
  }
}

extension HTTPRequest {
  /// How long the body says that it is; nil when it comes in chunks.
  fileprivate var bodyLength: Int? {
    guard headerFields[.transferEncoding] == nil else { return nil }
    return headerFields[.contentLength].map { Int($0) } ?? 0
  }
}
