import Ledger
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL
import NIOTLS
import Upstream

/// Opens a socket upstream for a call: looks the host up, connects, asks, and hands the connection over once the upstream has
/// agreed. A refusal is passed on as the reply that it is, by the same events as libcurl's transfers tell.
///
/// Bound to the event loop of the client's connection, on which the upstream's lives too: a tunnel never changes threads.
final class Handshake: ChannelDuplexHandler, RemovableChannelHandler {
  typealias InboundIn = HTTPClientResponsePart
  typealias OutboundIn = HTTPClientRequestPart
  typealias OutboundOut = HTTPClientRequestPart

  /// How much of a refusal is handed over and not yet written to the client.
  private static let windowBytes = 64 * 1024
  /// How long an upstream may take to answer, and then to send a refusal: no model works on either.
  private static let replyTimeoutMilliseconds = 30_000
  private static let explanationBytesMax = 256

  private let call: Call
  private let handler: ExchangeHandler
  private let request: HTTPRequestHead
  private let loop: any EventLoop
  private var state = HandshakeState()
  private var addresses: [String] = []
  private var channel: (any Channel)?
  private var context: ChannelHandlerContext?
  private var timer: Scheduled<Void>?
  private var handedBytes = 0
  private var holdsRead = false
  private let encoder = HTTPRequestEncoder()
  private var decoder: ByteToMessageHandler<HTTPResponseDecoder>?
  private var agreement: HTTPResponseHead?

  init(call: Call, handler: ExchangeHandler) {
    self.call = call
    self.handler = handler
    request = SocketOpening.request(for: call)
    loop = handler.channel.eventLoop
  }

  private var origin: UpstreamOrigin { call.route.provider.origin }
  private var gateway: GatewayContext { handler.gateway }

  // MARK: Connecting

  func start() {
    setTimer(milliseconds: gateway.configuration.limits.connectTimeoutMilliseconds)
    let bound = NIOLoopBound(self, eventLoop: loop)
    gateway.upstream.addresses(of: origin.host, on: loop) { result in
      switch result {
      case .success(let addresses): bound.value.found(addresses)
      case .failure(let error): bound.value.fail(.nameNotResolved, error.explanation)
      }
    }
  }

  private func found(_ addresses: [String]) {
    guard state.foundAddresses() else { return }
    self.addresses = addresses
    guard origin.scheme == .https else {
      connect(tls: nil)
      return
    }
    let bound = NIOLoopBound(self, eventLoop: loop)
    gateway.socketTLS.context(caFile: origin.caFile, on: loop).whenComplete { result in
      switch result {
      case .success(let context): bound.value.connect(tls: context)
      case .failure(let error): bound.value.fail(.tlsFailed, String(describing: error))
      }
    }
  }

  /// Connects to the next address.
  private func connect(tls: NIOSSLContext?) {
    guard state.isConnecting else { return }
    guard !addresses.isEmpty, let address = try? SocketAddress(ipAddress: addresses.removeFirst(), port: origin.port)
    else {
      fail(.connectFailed, "no address could be connected to")
      return
    }
    let bound = NIOLoopBound(self, eventLoop: loop)
    let milliseconds = Int64(gateway.configuration.limits.connectTimeoutMilliseconds)
    ClientBootstrap(group: loop)
      .connectTimeout(.milliseconds(milliseconds))
      // One buffer a turn, as on the client's side: what is read is written before more is read.
      .channelOption(.maxMessagesPerRead, value: 1)
      .channelInitializer { channel in
        channel.eventLoop.makeCompletedFuture { try bound.value.configure(channel, tls: tls) }
      }
      .connect(to: address)
      .whenComplete { result in
        switch result {
        case .success(let channel): bound.value.connected(channel)
        case .failure(let error): bound.value.couldNotConnect(error, tls: tls)
        }
      }
  }

  private func configure(_ channel: any Channel, tls: NIOSSLContext?) throws {
    let pipeline = channel.pipeline.syncOperations
    if let tls {
      let isAddress = (try? SocketAddress(ipAddress: origin.host, port: 0)) != nil
      try pipeline.addHandler(NIOSSLClientHandler(context: tls, serverHostname: isAddress ? nil : origin.host))
    }
    var limits = NIOHTTPDecoderLimitConfiguration()
    limits.maxHeaderListSize = HeadLimits.headBytesMax
    limits.maxHeaderFieldSize = HeadLimits.fieldBytesMax
    limits.maxHeaderFieldCount = HeadLimits.fieldsMax
    let decoder = ByteToMessageHandler(
      HTTPResponseDecoder(leftOverBytesStrategy: .forwardBytes, limitConfiguration: limits))
    self.decoder = decoder
    try pipeline.addHandlers([encoder, decoder, self])
  }

  private func connected(_ channel: any Channel) {
    self.channel = channel
    if state.isOver { channel.close(promise: nil) }
  }

  private func couldNotConnect(_ error: any Error, tls: NIOSSLContext?) {
    guard state.isConnecting else { return }
    if addresses.isEmpty {
      fail(.connectFailed, String(describing: error))
    } else {
      connect(tls: tls)
    }
  }

  func handlerAdded(context: ChannelHandlerContext) { self.context = context }

  func handlerRemoved(context: ChannelHandlerContext) { self.context = nil }

  func channelActive(context: ChannelHandlerContext) {
    if origin.scheme == .http { send(context) }
    context.fireChannelActive()
  }

  func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
    if let event = event as? TLSUserEvent, case .handshakeCompleted = event { send(context) }
    context.fireUserInboundEventTriggered(event)
  }

  private func send(_ context: ChannelHandlerContext) {
    guard state.connected() else {
      context.close(promise: nil)
      return
    }
    channel = context.channel
    setTimer(milliseconds: min(Self.replyTimeoutMilliseconds, gateway.configuration.limits.headTimeoutMilliseconds))
    call.ticket?.markSent()
    context.write(wrapOutboundOut(.head(request)), promise: nil)
    context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
  }

  // MARK: The reply

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    switch unwrapInboundIn(data) {
    case .head(let head): replied(head)
    case .body(let part):
      guard state.isRelaying else { return }
      handedBytes += part.readableBytes
      handler.deliver(.body(part), for: call)
    case .end:
      switch state.replyEnded() {
      case .upgrade: upgrade(context)
      case .complete: end(.complete, "")
      case .ignore: break
      }
    }
  }

  private func replied(_ head: HTTPResponseHead) {
    let isAgreed = SocketOpening.isAgreed(head, to: request)
    switch state.replied(status: Int(head.status.code), isAgreed: isAgreed) {
    case .wait: agreement = head
    case .relay:
      setTimer(milliseconds: Self.replyTimeoutMilliseconds)
      handler.deliver(.head(UpstreamHead(head)), for: call)
    case .fail:
      fail(.badFraming, "the upstream's agreement to open a WebSocket is not a valid one (RFC 6455, section 4.1)")
    case .ignore: break
    }
  }

  /// The connection is a tunnel's from here on. What follows the head stays with the decoder until that is removed.
  private func upgrade(_ context: ChannelHandlerContext) {
    timer?.cancel()
    guard let agreement, let decoder else { return }
    let pipeline = context.pipeline.syncOperations
    let channel = context.channel
    guard let end = handler.becomeTunnel(call, head: UpstreamHead(agreement), upstream: channel) else {
      channel.close(promise: nil)
      return
    }
    do {
      try pipeline.addHandler(end, position: .last)
    } catch {
      channel.close(promise: nil)
    }
    pipeline.removeHandler(self, promise: nil)
    pipeline.removeHandler(encoder, promise: nil)
    // The decoder looks at what is written, which must be HTTP: nothing may be before it is gone.
    let removal = loop.makePromise(of: Void.self)
    pipeline.removeHandler(decoder, promise: removal)
    let bound = NIOLoopBound(end, eventLoop: loop)
    removal.futureResult.whenComplete { _ in bound.value.isReady() }
  }

  // MARK: Back-pressure

  func read(context: ChannelHandlerContext) {
    holdsRead = handedBytes >= Self.windowBytes
    if !holdsRead { context.read() }
  }

  func returnCredit(bytes: Int) {
    handedBytes -= bytes
    if holdsRead, handedBytes < Self.windowBytes {
      holdsRead = false
      context?.read()
    }
  }

  // MARK: The end

  func channelInactive(context: ChannelHandlerContext) {
    fail(state.failureOfClose, "the upstream closed the connection")
    context.fireChannelInactive()
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    let failure: TransferFailure =
      switch error as? HTTPParserError {
      case .headerOverflow: .headTooLarge
      case .some: .badFraming
      case nil: state.isConnecting && origin.scheme == .https ? .tlsFailed : state.failureOfClose
      }
    fail(failure, String(describing: error))
    context.close(promise: nil)
  }

  /// Ends it; the end is told later, as a transfer's is.
  func cancel() {
    let bound = NIOLoopBound(self, eventLoop: loop)
    loop.execute { bound.value.end(.cancelled, "") }
  }

  private func fail(_ failure: TransferFailure, _ explanation: String) {
    end(.failed(failure), String(explanation.prefix(Self.explanationBytesMax)))
  }

  private func end(_ result: TransferEnd.Result, _ explanation: String) {
    let wasSent = state.wasSent
    guard state.end() else { return }
    timer?.cancel()
    channel?.close(promise: nil)
    handler.deliver(.end(TransferEnd(result: result, wasSent: wasSent, explanation: explanation)), for: call)
  }

  private func setTimer(milliseconds: Int) {
    timer?.cancel()
    let bound = NIOLoopBound(self, eventLoop: loop)
    timer = loop.scheduleTask(in: .milliseconds(Int64(milliseconds))) {
      bound.value.fail(bound.value.state.failureOfTime, "the time was over")
    }
  }
}

extension UpstreamHead {
  fileprivate init(_ head: HTTPResponseHead) {
    self.init(
      status: Int(head.status.code), reason: head.status.reasonPhrase,
      headers: head.headers.map { (name: $0.name, value: $0.value) })
  }
}
