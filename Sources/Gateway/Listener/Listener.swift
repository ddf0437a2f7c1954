import Logging
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL
import Synchronization

/// The data plane's socket: accepts connections and gives each its pipeline.
final class Listener: Sendable {
  private let channel: any Channel
  private let tables: [(any EventLoop, NIOLoopBound<ConnectionTable>)]
  private let connections: ConnectionCount

  /// Binds and begins to accept.
  static func bind(to gateway: GatewayContext, group: any EventLoopGroup) async throws -> Listener {
    let limits = gateway.configuration.limits
    let connections = ConnectionCount(max: limits.connectionsMax)
    var tables: [(any EventLoop, NIOLoopBound<ConnectionTable>)] = []
    for loop in group.makeIterator() {
      let table = try await loop.submit {
        let table = ConnectionTable(eventLoop: loop)
        table.startTimer()
        return NIOLoopBound(table, eventLoop: loop)
      }.get()
      tables.append((loop, table))
    }
    let found = tables
    let bootstrap = ServerBootstrap(group: group)
      .serverChannelOption(.backlog, value: 4096)
      .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
      // One buffer a turn: what ``UploadCredit`` reckons with.
      .childChannelOption(.maxMessagesPerRead, value: 1)
      .childChannelInitializer { channel in
        guard connections.enter() else { return channel.close() }
        channel.closeFuture.whenComplete { _ in connections.leave() }
        return channel.eventLoop.makeCompletedFuture {
          guard let table = found.first(where: { $0.0 === channel.eventLoop })?.1.value else {
            throw ListenerError.foreignEventLoop
          }
          try Self.configure(channel, gateway: gateway, table: table)
        }
      }
    let channel = try await bootstrap.bind(host: gateway.configuration.host, port: gateway.configuration.port).get()
    return Listener(channel: channel, tables: tables, connections: connections)
  }

  private init(
    channel: any Channel, tables: [(any EventLoop, NIOLoopBound<ConnectionTable>)], connections: ConnectionCount
  ) {
    self.channel = channel
    self.tables = tables
    self.connections = connections
  }

  private static func configure(
    _ channel: any Channel, gateway: GatewayContext, table: ConnectionTable
  ) throws {
    var decoding = NIOHTTPDecoderLimitConfiguration()
    decoding.maxHeaderListSize = HeadLimits.headBytesMax
    decoding.maxHeaderFieldSize = HeadLimits.fieldBytesMax
    decoding.maxHeaderFieldCount = HeadLimits.fieldsMax
    // The encoder must not set framing by itself: it gives a reply to HEAD a chunked body.
    var encoding = HTTPResponseEncoder.Configuration()
    encoding.automaticallySetFramingHeaders = false
    let pipeline = channel.pipeline.syncOperations
    if let tls = gateway.configuration.tls { try pipeline.addHandler(NIOSSLServerHandler(context: tls())) }
    try pipeline.addHandler(
      ByteToMessageHandler(HTTPRequestDecoder(leftOverBytesStrategy: .forwardBytes, limitConfiguration: decoding)))
    try pipeline.addHandler(HTTPResponseEncoder(configuration: encoding))
    try pipeline.addHandler(HTTPServerPipelineHandler())
    try pipeline.addHandler(ExchangeHandler(gateway: gateway, table: table, channel: channel))
  }

  /// The port that is listened on.
  var port: Int? { channel.localAddress?.port }

  /// Stops accepting, lets calls in flight end for `timeoutMilliseconds`, then cuts what is left.
  func stop(timeoutMilliseconds: Int) async {
    try? await channel.close().get()
    await onEachLoop { $0.drain() }
    let deadline = NIODeadline.now() + .milliseconds(Int64(timeoutMilliseconds))
    while connections.current > 0, NIODeadline.now() < deadline, !Task.isCancelled {
      try? await Task.sleep(for: .milliseconds(20))
    }
    await onEachLoop { $0.cut() }
  }

  private func onEachLoop(_ work: @escaping @Sendable (ConnectionTable) -> Void) async {
    for (loop, table) in tables {
      _ = try? await loop.submit { work(table.value) }.get()
    }
  }
}

/// Why a connection could not be set up.
enum ListenerError: Error {
  /// The connection is on an event loop that the listener was not bound with.
  case foreignEventLoop
}

/// How many connections are open.
final class ConnectionCount: Sendable {
  private let count = Atomic<Int>(0)
  private let max: Int

  init(max: Int) {
    self.max = max
  }

  var current: Int { count.load(ordering: .relaxed) }

  /// Counts one more; false, and not counted, where that would be too many.
  func enter() -> Bool {
    let (before, _) = count.add(1, ordering: .relaxed)
    guard before >= max else { return true }
    leave()
    return false
  }

  func leave() {
    count.subtract(1, ordering: .relaxed)
  }
}
