import Dialects
import Ledger
import Metering
import NIOCore
import Upstream

/// A WebSocket between a client and an upstream: raw bytes go both ways unchanged, masks and all. A view of them is checked
/// (``FrameScanner``) and metered (``SocketMeter``).
///
/// Bound to the one event loop of both connections. What happens in which order is ``TunnelState``'s matter.
final class Tunnel {
  let gateway: GatewayContext
  private let table: ConnectionTable
  /// The socket itself: a call that costs nothing. Its responses are calls of their own.
  let call: Call
  private var state = TunnelState()
  private var fromClient = FrameScanner(from: .client)
  private var fromServer = FrameScanner(from: .server)
  /// Whether a frame of Tollgate's own can follow what an end was given: between two others, and not behind a close.
  private var clientTakesFrame = true
  private var serverTakesFrame = false
  private var meter: SocketMeter?
  /// The calls of the responses that are under way, by the number that the reader gives them.
  var responses: [Int: Call] = [:]
  private var client: TunnelEnd?
  private var server: TunnelEnd?
  private var lastByteAt = NIODeadline.now()
  /// The end whose close frame came first.
  private var closer: SocketPeer?

  init(_ call: Call, gateway: GatewayContext, table: ConnectionTable) {
    self.call = call
    self.gateway = gateway
    self.table = table
    meter = call.endpoint.flatMap { SocketMeter(endpoint: $0) }
  }

  /// Begins, with both ends about to be added to their pipelines.
  func begin(client: TunnelEnd, server: TunnelEnd) {
    self.client = client
    self.server = server
    table.insert(self)
  }

  /// The pipeline of one end takes raw bytes: those of the other may come.
  func isReady(_ peer: SocketPeer) {
    // Before that, what is written to an upstream would meet its decoder.
    if peer == .server { serverTakesFrame = true }
    end(Self.other(peer))?.takeOver()
  }

  private func end(_ peer: SocketPeer) -> TunnelEnd? { peer == .client ? client : server }

  private static func other(_ peer: SocketPeer) -> SocketPeer { peer == .client ? .server : .client }

  // MARK: Bytes

  func received(_ part: ByteBuffer, from peer: SocketPeer) {
    // What still arrives after the end is dropped.
    guard state.isOpen, part.readableBytes > 0 else { return }
    lastByteAt = .now()
    switch peer {
    case .client: receivedFromClient(part)
    case .server: receivedFromServer(part)
    }
  }

  /// Read first, forwarded after: a response that is asked for here goes upstream only once it is admitted.
  private func receivedFromClient(_ part: ByteBuffer) {
    if let violation = part.withUnsafeReadableBytes({ fromClient.check($0.bytes) }) {
      cut(.broken(violation))
      return
    }
    call.requestBytes &+= Int64(part.readableBytes)
    read(part, from: .client)
    guard state.isOpen else { return }
    if fromClient.hasClosed { closer = closer ?? .client }
    server?.write(part)
    serverTakesFrame = fromClient.isAtBoundary && !fromClient.hasClosed
  }

  /// Checked, forwarded, and read after.
  private func receivedFromServer(_ part: ByteBuffer) {
    if let violation = part.withUnsafeReadableBytes({ fromServer.check($0.bytes) }) {
      cut(.broken(violation))
      return
    }
    call.responseBytes &+= Int64(part.readableBytes)
    if fromServer.hasClosed { closer = closer ?? .server }
    client?.write(part)
    clientTakesFrame = fromServer.isAtBoundary && !fromServer.hasClosed
    read(part, from: .server)
  }

  private func read(_ part: ByteBuffer, from peer: SocketPeer) {
    guard meter != nil else { return }
    part.withUnsafeReadableBytes { meter?.read($0.bytes, from: peer) }
    while let event = meter?.takeEvent() {
      // A refused admission ends the tunnel; what is told besides is settled all the same.
      if let frame = take(event) { cut(frame) }
    }
    if meter?.hasOpenResponse == false { perform(state.becameIdle()) }
  }

  // MARK: Back-pressure

  func mayRead(from peer: SocketPeer) -> Bool {
    !state.isOpen || end(Self.other(peer))?.isWritable ?? true
  }

  func becameWritable(_ peer: SocketPeer) {
    end(Self.other(peer))?.resumeReading()
  }

  // MARK: The end

  /// The connection of one end is over.
  func ended(_ peer: SocketPeer) {
    perform(state.ended(peer))
    guard client?.isOver == true, server?.isOver == true else { return }
    table.remove(self)
    client = nil
    server = nil
  }

  /// No new work: see ``TunnelState/drain(hasOpenResponse:)``.
  func drain() {
    perform(state.drain(hasOpenResponse: meter?.hasOpenResponse ?? false))
  }

  /// The time for draining is over.
  func cutNow() {
    cut(TunnelState.shuttingDown)
    client?.close()
    server?.close()
  }

  private func cut(_ frame: CloseFrame) { perform(state.cut(frame)) }

  func checkDeadlines(now: NIODeadline) {
    let idle = TimeAmount.milliseconds(Int64(gateway.configuration.limits.socketIdleTimeoutMilliseconds))
    let isStuck = [client, server].reduce(false) { $1?.isOverdue(now: now, idle: idle) == true || $0 }
    if isStuck || now - lastByteAt > idle { cut(CloseFrame(code: .goingAway, reason: "tollgate: idle")) }
  }

  private func perform(_ action: TunnelState.Action) {
    let milliseconds = gateway.configuration.limits.clientIdleTimeoutMilliseconds
    switch action {
    case .ignore: break
    case .settleAndClose(let peer):
      settle(left: Self.other(peer))
      end(peer)?.closeAfterFlush(withinMilliseconds: milliseconds)
    case .settleAndCut(let frame):
      settle(left: nil)
      write(frame)
      client?.closeAfterFlush(withinMilliseconds: milliseconds)
      server?.closeAfterFlush(withinMilliseconds: milliseconds)
    }
  }

  /// Tells both ends why, where a frame can be put.
  private func write(_ frame: CloseFrame) {
    let allocator = ByteBufferAllocator()
    if clientTakesFrame { client?.write(frame.encoded(masked: false, allocator: allocator)) }
    if serverTakesFrame { server?.write(frame.encoded(masked: true, allocator: allocator)) }
  }

  /// Settles what is under way, and the socket itself.
  ///
  /// - Parameter left: the end that closed its connection; nil where Tollgate ended the tunnel.
  private func settle(left peer: SocketPeer?) {
    let ending = Ending(left: closer ?? peer)
    meter?.finish()
    while let event = meter?.takeEvent() { _ = take(event, ending: ending) }
    let closeCode = closer == .client ? fromClient.closeCode : fromServer.closeCode
    if closer == nil { call.note(ending) }
    settleSocket(end: closer == nil ? ending.result : .complete, closeCode: closeCode)
  }

  /// Who ended a tunnel.
  struct Ending {
    /// The end that left; nil where it was Tollgate.
    var left: SocketPeer?

    var result: TransferEnd.Result { left == .server ? .failed(.brokenOff) : .cancelled }
  }
}

extension CloseFrame {
  fileprivate static func broken(_ violation: FrameViolation) -> CloseFrame {
    CloseFrame(code: .protocolError, reason: "tollgate: malformed frame (\(violation.rawValue))")
  }
}
