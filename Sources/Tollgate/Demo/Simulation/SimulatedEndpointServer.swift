import NIOCore
import NIOHTTP1
import NIOPosix

/// Serves a ``SimulatedEndpoint`` over HTTP/1.1.
struct SimulatedEndpointServer: Sendable {
  private let channel: any Channel

  /// Binds and begins to accept.
  ///
  /// - Parameter pace: how long an event of a stream waits for the one before it.
  static func start(
    _ endpoint: SimulatedEndpoint, address: ListenAddress, pace: TimeSpan, group: any EventLoopGroup
  ) async throws -> SimulatedEndpointServer {
    let channel = try await ServerBootstrap(group: group)
      .serverChannelOption(.backlog, value: 1024)
      .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
      .childChannelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          let pipeline = channel.pipeline.syncOperations
          try pipeline.configureHTTPServerPipeline(withErrorHandling: true)
          try pipeline.addHandler(SimulatedExchangeHandler(endpoint: endpoint, pace: pace))
        }
      }
      .bind(host: address.host, port: address.port).get()
    return SimulatedEndpointServer(channel: channel)
  }

  /// Where it listens.
  var address: ListenAddress {
    ListenAddress(host: channel.localAddress?.ipAddress ?? "127.0.0.1", port: channel.localAddress?.port ?? 0)
  }

  /// Stops accepting.
  func stop() async { try? await channel.close() }

  /// Returns once it has stopped.
  func wait() async { try? await channel.closeFuture.get() }
}

/// Gathers a request and sends its answer. Bound to its channel's event loop.
private final class SimulatedExchangeHandler: ChannelInboundHandler {
  typealias InboundIn = HTTPServerRequestPart
  typealias OutboundOut = HTTPServerResponsePart

  private static let bodyBytesMax = 64 << 20

  private let endpoint: SimulatedEndpoint
  private let pace: TimeSpan
  private var head: HTTPRequestHead?
  private var body: [UInt8] = []

  init(endpoint: SimulatedEndpoint, pace: TimeSpan) {
    self.endpoint = endpoint
    self.pace = pace
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    switch unwrapInboundIn(data) {
    case .head(let head):
      self.head = head
      body = []
      if head.headers["expect"].contains("100-continue") {
        context.writeAndFlush(
          wrapOutboundOut(.head(HTTPResponseHead(version: .http1_1, status: .continue))), promise: nil)
      }
    case .body(let part):
      guard body.count + part.readableBytes <= Self.bodyBytesMax else { return context.close(promise: nil) }
      body.append(contentsOf: part.readableBytesView)
    case .end:
      guard let head else { return context.close(promise: nil) }
      let isAnthropic = head.headers.contains(name: "anthropic-version")
      let reply = endpoint.reply(method: head.method.rawValue, path: head.uri, isAnthropic: isAnthropic, body: body)
      body = []
      send(reply, isKeptAlive: head.isKeepAlive, context: context)
    }
  }

  private func send(_ reply: SimulatedReply, isKeptAlive: Bool, context: ChannelHandlerContext) {
    var headers = HTTPHeaders(reply.headers.map { ($0.name, $0.value) })
    if !reply.isStream { headers.add(name: "content-length", value: String(reply.body.count)) }
    if !isKeptAlive { headers.add(name: "connection", value: "close") }
    let head = HTTPResponseHead(version: .http1_1, status: .init(statusCode: reply.status), headers: headers)
    context.writeAndFlush(wrapOutboundOut(.head(head)), promise: nil)
    sendNext(reply.parts[...], isKeptAlive: isKeptAlive, context: context)
  }

  private func sendNext(_ parts: ArraySlice<[UInt8]>, isKeptAlive: Bool, context: ChannelHandlerContext) {
    guard let part = parts.first else { return end(isKeptAlive: isKeptAlive, context: context) }
    context.writeAndFlush(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(bytes: part)))), promise: nil)
    let rest = parts.dropFirst()
    guard pace.milliseconds > 0, !rest.isEmpty else {
      return sendNext(rest, isKeptAlive: isKeptAlive, context: context)
    }
    context.eventLoop.assumeIsolated().scheduleTask(in: .milliseconds(pace.milliseconds)) {
      guard context.channel.isActive else { return }
      self.sendNext(rest, isKeptAlive: isKeptAlive, context: context)
    }
  }

  private func end(isKeptAlive: Bool, context: ChannelHandlerContext) {
    let sent = context.writeAndFlush(wrapOutboundOut(.end(nil)))
    guard !isKeptAlive else { return }
    let channel = context.channel
    sent.whenComplete { _ in channel.close(promise: nil) }
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
}
