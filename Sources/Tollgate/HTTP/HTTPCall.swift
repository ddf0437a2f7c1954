import FoundationEssentials
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL

/// One HTTP/1.1 request, on a connection of its own. For commands and the demo: it follows no redirect and keeps no
/// connection.
struct HTTPCall: Sendable {
  var address: ListenAddress
  var usesTLS = false
  var method = HTTPMethod.GET
  /// Path and query.
  var target: String
  var headers: [(name: String, value: String)] = []
  var body: [UInt8] = []

  /// Sends the request and gathers the whole answer.
  ///
  /// - Parameter bytesMax: a larger body fails the call.
  /// - Throws: ``HTTPCallError``.
  func perform(
    on group: any EventLoopGroup, timeout: TimeSpan, bytesMax: Int = 64 << 20
  ) async throws(HTTPCallError) -> HTTPAnswer {
    let channel: any Channel
    let promise: EventLoopPromise<HTTPAnswer>
    let tls = try tlsContext()
    do {
      (channel, promise) = try await ClientBootstrap(group: group)
        .connectTimeout(.seconds(Self.connectTimeoutSeconds))
        .connect(host: address.host, port: address.port) { channel in
          channel.eventLoop.makeCompletedFuture { (channel, try prepare(channel, tls: tls, bytesMax: bytesMax)) }
        }
    } catch {
      throw .notReached
    }
    do {
      return try await answer(promise, on: channel, timeout: timeout)
    } catch let error as HTTPCallError {
      throw error
    } catch {
      throw .brokenOff
    }
  }

  private static let connectTimeoutSeconds: Int64 = 5

  /// Trusts whom the system trusts, or whom the file trusts that `SSL_CERT_FILE` names, as with OpenSSL.
  private func tlsContext() throws(HTTPCallError) -> NIOSSLContext? {
    guard usesTLS else { return nil }
    var configuration = TLSConfiguration.makeClientConfiguration()
    if let file = ProcessInfo.processInfo.environment["SSL_CERT_FILE"], !file.isEmpty {
      configuration.trustRoots = .file(file)
    }
    guard let context = try? NIOSSLContext(configuration: configuration) else { throw .notTrusted }
    return context
  }

  /// An address is no server name (RFC 6066, section 3): the certificate must name it all the same.
  private var serverName: String? {
    (try? SocketAddress(ipAddress: address.host, port: 0)) == nil ? address.host : nil
  }

  /// What gathers the answer is there before the connection is, so that no failure of it goes unseen.
  private func prepare(
    _ channel: any Channel, tls: NIOSSLContext?, bytesMax: Int
  ) throws -> EventLoopPromise<HTTPAnswer> {
    let promise = channel.eventLoop.makePromise(of: HTTPAnswer.self)
    do {
      let pipeline = channel.pipeline.syncOperations
      if let tls { try pipeline.addHandler(NIOSSLClientHandler(context: tls, serverHostname: serverName)) }
      try pipeline.addHTTPClientHandlers()
      try pipeline.addHandler(HTTPAnswerCollector(promise: promise, bytesMax: bytesMax))
    } catch {
      promise.fail(error)
      throw error
    }
    return promise
  }

  private func answer(
    _ promise: EventLoopPromise<HTTPAnswer>, on channel: any Channel, timeout: TimeSpan
  ) async throws -> HTTPAnswer {
    let timer = channel.eventLoop.scheduleTask(in: .milliseconds(timeout.milliseconds)) {
      promise.fail(HTTPCallError.timedOut)
    }
    channel.write(HTTPClientRequestPart.head(head), promise: nil)
    if !body.isEmpty {
      channel.write(HTTPClientRequestPart.body(.byteBuffer(ByteBuffer(bytes: body))), promise: nil)
    }
    channel.writeAndFlush(HTTPClientRequestPart.end(nil), promise: nil)
    defer {
      timer.cancel()
      channel.close(promise: nil)
    }
    return try await promise.futureResult.get()
  }

  private var head: HTTPRequestHead {
    var fields = HTTPHeaders(
      [("host", address.description), ("connection", "close")] + headers.map { ($0.name, $0.value) })
    if method != .GET || !body.isEmpty { fields.add(name: "content-length", value: String(body.count)) }
    return HTTPRequestHead(version: .http1_1, method: method, uri: target, headers: fields)
  }
}

/// A whole answer.
struct HTTPAnswer: Sendable {
  var status: Int
  var headers: [(name: String, value: String)]
  var body: [UInt8]
}

/// Why there is no answer.
enum HTTPCallError: Error, Sendable, Equatable, CustomStringConvertible {
  /// Nobody listens there.
  case notReached
  case timedOut
  case tooLarge
  /// The connection ended before the answer was whole.
  case brokenOff
  /// TLS failed: its certificate is not one that is trusted here, or names another.
  case notTrusted

  var description: String {
    switch self {
    case .notReached: "nobody listens there"
    case .timedOut: "it took too long"
    case .tooLarge: "the answer is too large"
    case .brokenOff: "the connection ended before the answer was whole"
    case .notTrusted:
      "its certificate is not trusted here, or is another's; SSL_CERT_FILE names a file of certificates to trust"
    }
  }
}

/// Gathers an answer. Bound to its channel's event loop.
private final class HTTPAnswerCollector: ChannelInboundHandler {
  typealias InboundIn = HTTPClientResponsePart

  private let promise: EventLoopPromise<HTTPAnswer>
  private let bytesMax: Int
  private var answer: HTTPAnswer?

  init(promise: EventLoopPromise<HTTPAnswer>, bytesMax: Int) {
    self.promise = promise
    self.bytesMax = bytesMax
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    switch unwrapInboundIn(data) {
    case .head(let head):
      // 1xx heads come before the answer's own.
      answer = HTTPAnswer(status: Int(head.status.code), headers: head.headers.map { ($0.name, $0.value) }, body: [])
    case .body(let part):
      guard (answer?.body.count ?? 0) + part.readableBytes <= bytesMax else {
        return promise.fail(HTTPCallError.tooLarge)
      }
      answer?.body.append(contentsOf: part.readableBytesView)
    case .end:
      guard let answer else { return promise.fail(HTTPCallError.brokenOff) }
      promise.succeed(answer)
    }
  }

  func channelInactive(context: ChannelHandlerContext) { promise.fail(HTTPCallError.brokenOff) }

  /// Of several addresses of a name, those that were not needed end here.
  func handlerRemoved(context: ChannelHandlerContext) { promise.fail(HTTPCallError.brokenOff) }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    promise.fail(error is NIOSSLError || error is NIOSSLExtraError ? HTTPCallError.notTrusted : .brokenOff)
    context.close(promise: nil)
  }
}
