import Logging
import Metering
import NIOCore
import NIOHTTP1
import Upstream

/// Interprets the actions of an ``Exchange`` for one connection: the last handler of its pipeline.
///
/// Bound to the event loop of its channel. What happens in which order is the exchange's matter; this type only does it:
/// `ExchangeHandler+Request` what a client sends, `+Upstream` what a transfer tells, `+Answer` what is written.
final class ExchangeHandler: ChannelDuplexHandler, RemovableChannelHandler {
  typealias InboundIn = HTTPServerRequestPart
  typealias OutboundIn = HTTPServerResponsePart
  typealias OutboundOut = HTTPServerResponsePart

  let gateway: GatewayContext
  let table: ConnectionTable
  let channel: any Channel
  /// Where the client calls from.
  let clientAddress: String?
  var exchange = Exchange()
  /// The call under way; nil between two.
  var call: Call?
  var context: ChannelHandlerContext?
  /// How far a streamed upload may run ahead of the upstream.
  var upload = UploadCredit()
  /// The version of the present request, which decides how its reply is framed.
  var requestVersion = HTTPVersion.http1_1
  /// The method of the present request: an answer to HEAD has no body.
  var requestMethod = HTTPMethod.GET

  private var deadline: NIODeadline?
  private var deadlineKind = DeadlineKind.requestHead
  private var unwritableSince: NIODeadline?

  private enum DeadlineKind: Equatable {
    /// The head of a request has not come.
    case requestHead
    /// The next part of a request's body has not come.
    case requestBody
    /// The reply is read to its end for a client that has left.
    case drain
    /// The answer has been written and the connection half-closed: what still comes is dropped for a while, since a reset
    /// could destroy an answer that is on its way.
    case linger
  }

  private static let lingerMilliseconds = 2_000

  init(gateway: GatewayContext, table: ConnectionTable, channel: any Channel) {
    self.gateway = gateway
    self.table = table
    self.channel = channel
    clientAddress = channel.remoteAddress?.ipAddress
  }

  var isBusy: Bool { exchange.isBusy }

  // MARK: The connection

  func handlerAdded(context: ChannelHandlerContext) {
    self.context = context
    table.insert(self)
    setDeadline(.requestHead, milliseconds: gateway.configuration.limits.requestHeadTimeoutMilliseconds)
  }

  func handlerRemoved(context: ChannelHandlerContext) {
    self.context = nil
    leaveTable()
  }

  func channelInactive(context: ChannelHandlerContext) {
    clientGone()
    leaveTable()
    context.fireChannelInactive()
  }

  /// A connection that is over stays in the table while its call is drained, since the drain's time limit is kept there.
  func leaveTable() {
    if !exchange.isBusy { table.remove(self) }
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    if error as? HTTPParserError == .invalidEOFState {
      // The client left in the middle of its request: `channelInactive` follows.
      context.close(promise: nil)
    } else if error is HTTPParserError {
      reject(Rejection(decoderError: error), requestIsOpen: false)
      // Where a reply was under way already, nothing more can be said on this connection.
      if exchange.isBusy { cut() }
    } else {
      // The connection itself failed: `channelInactive` follows.
      context.close(promise: nil)
    }
  }

  /// No request after the present one.
  func stopReuse() {
    if exchange.stopReuse() { closeAfterAnswer() }
  }

  /// Ends the connection now: the time for draining is over.
  func cut() {
    call?.isCutHere = true
    clientGone(.cancel)
    context?.close(promise: nil)
  }

  // MARK: Back-pressure

  func read(context: ChannelHandlerContext) {
    // While the upstream takes no more of an upload, the client is not read.
    if upload.holdRead() { return }
    context.read()
  }

  func channelWritabilityChanged(context: ChannelHandlerContext) {
    if context.channel.isWritable {
      unwritableSince = nil
      returnHeldCredit()
    } else {
      unwritableSince = .now()
    }
    context.fireChannelWritabilityChanged()
  }

  // MARK: Deadlines

  /// Nothing is due from a client that has left.
  func clientLeft() {
    deadline = nil
    unwritableSince = nil
  }

  func requestPartArrived() {
    setDeadline(.requestBody, milliseconds: gateway.configuration.limits.clientIdleTimeoutMilliseconds)
  }

  func requestArrivedWhole() {
    if deadlineKind == .requestBody { deadline = nil }
  }

  func becameIdle() {
    setDeadline(.requestHead, milliseconds: gateway.configuration.limits.keepAliveTimeoutMilliseconds)
  }

  func beganDrain(seconds: Int) {
    setDeadline(.drain, milliseconds: seconds &* 1000)
  }

  /// Half-closes once what is queued has gone out, then drops what still comes for a while.
  func closeAfterAnswer() {
    // A peer that does not take the rest of its answer gets no more time than one that does not read a stream.
    halfClose(withinMilliseconds: gateway.configuration.limits.clientIdleTimeoutMilliseconds)
  }

  private func halfClose(withinMilliseconds milliseconds: Int) {
    guard let context else { return }
    setDeadline(.linger, milliseconds: milliseconds)
    let bound = NIOLoopBound(self, eventLoop: context.eventLoop)
    context.close(mode: .output).whenComplete { _ in
      bound.value.setDeadline(.linger, milliseconds: Self.lingerMilliseconds)
    }
  }

  func checkDeadlines(now: NIODeadline) {
    let idle = TimeAmount.milliseconds(Int64(gateway.configuration.limits.clientIdleTimeoutMilliseconds))
    if let unwritableSince, now - unwritableSince > idle {
      // The client stopped reading its reply.
      cut()
      return
    }
    guard let deadline, deadline <= now else { return }
    self.deadline = nil
    switch deadlineKind {
    case .requestHead:
      // Nothing is under way. Half of a connection that never finished its TLS handshake cannot be closed.
      halfClose(withinMilliseconds: Self.lingerMilliseconds)
    case .linger:
      context?.close(promise: nil)
    case .requestBody where upload.isHoldingRead:
      // It is the upstream that does not take the body, not the client that does not send it.
      requestPartArrived()
    case .requestBody:
      if exchange.isReceiving { refuse(.requestTimeout(), requestIsOpen: true, closes: true) }
      closeAfterAnswer()
    case .drain:
      if exchange.drainTimedOut() { call?.transfer?.cancel() }
    }
  }

  private func setDeadline(_ kind: DeadlineKind, milliseconds: Int) {
    deadlineKind = kind
    deadline = .now() + .milliseconds(Int64(milliseconds))
  }
}
