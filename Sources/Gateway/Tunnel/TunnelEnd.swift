import Dialects
import NIOCore

/// One end of a tunnel, in the pipeline of its connection: hands over what arrives, and reads no more while the other end does
/// not take it.
///
/// Each end holds what its socket did not take yet: at most NIO's high-water mark (64 KiB) and the one buffer that was read
/// before it was seen.
final class TunnelEnd: ChannelDuplexHandler {
  typealias InboundIn = ByteBuffer
  typealias OutboundIn = ByteBuffer
  typealias OutboundOut = ByteBuffer

  /// How long an end may take to close its side, once ours is closed: a reset could destroy a close frame on its way.
  private static let lingerMilliseconds = 2_000

  let peer: SocketPeer
  private let tunnel: Tunnel
  private var context: ChannelHandlerContext?
  private var holdsRead = false
  /// What stands before this end until the other one is ready: it holds what it has not decoded.
  private var decoder: ChannelHandlerContext?
  private var isClosing = false
  private var closeDeadline: NIODeadline?
  private var unwritableSince: NIODeadline?

  init(_ peer: SocketPeer, of tunnel: Tunnel) {
    self.peer = peer
    self.tunnel = tunnel
  }

  /// Whether the connection is over.
  private(set) var isOver = false

  /// Whether it takes more.
  var isWritable: Bool { context?.channel.isWritable ?? false }

  func handlerAdded(context: ChannelHandlerContext) {
    self.context = context
    if !context.channel.isActive { over() }
  }

  func handlerRemoved(context: ChannelHandlerContext) {
    self.context = nil
    over()
  }

  func channelInactive(context: ChannelHandlerContext) {
    over()
    context.fireChannelInactive()
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    // The connection failed: `channelInactive` follows.
    context.close(promise: nil)
  }

  private func over() {
    guard !isOver else { return }
    isOver = true
    tunnel.ended(peer)
  }

  // MARK: The beginning

  /// Bytes stay with a decoder of HTTP that has stopped behind the opening, until ``takeOver()``.
  func wait(behind decoder: ChannelHandlerContext) { self.decoder = decoder }

  /// The pipeline of this end takes raw bytes.
  func isReady() { tunnel.isReady(peer) }

  /// Takes the decoder away, which then hands on what it holds.
  func takeOver() {
    guard let decoder, let context, !isOver else { return }
    self.decoder = nil
    context.pipeline.syncOperations.removeHandler(context: decoder, promise: nil)
  }

  // MARK: Bytes

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    tunnel.received(unwrapInboundIn(data), from: peer)
  }

  func write(_ part: ByteBuffer) {
    context?.writeAndFlush(wrapOutboundOut(part), promise: nil)
  }

  func read(context: ChannelHandlerContext) {
    holdsRead = !tunnel.mayRead(from: peer)
    if !holdsRead { context.read() }
  }

  /// The other end takes more, or nobody minds any more.
  func resumeReading() {
    guard holdsRead else { return }
    holdsRead = false
    context?.read()
  }

  func channelWritabilityChanged(context: ChannelHandlerContext) {
    if context.channel.isWritable {
      unwritableSince = nil
      tunnel.becameWritable(peer)
    } else {
      unwritableSince = .now()
    }
    context.fireChannelWritabilityChanged()
  }

  // MARK: The end

  /// Half-closes once what is queued has gone out, then waits a moment for the other side to close.
  func closeAfterFlush(withinMilliseconds: Int) {
    guard let context, !isClosing, !isOver else { return }
    isClosing = true
    closeDeadline = .now() + .milliseconds(Int64(withinMilliseconds))
    resumeReading()
    let bound = NIOLoopBound(self, eventLoop: context.eventLoop)
    context.close(mode: .output).whenComplete { result in
      switch result {
      case .success: bound.value.closeDeadline = .now() + .milliseconds(Int64(Self.lingerMilliseconds))
      case .failure: bound.value.close()
      }
    }
  }

  /// Closes now.
  func close() { context?.close(promise: nil) }

  /// Whether what was to be taken or closed takes too long.
  func isOverdue(now: NIODeadline, idle: TimeAmount) -> Bool {
    if let closeDeadline, closeDeadline <= now {
      close()
      return false
    }
    guard let unwritableSince else { return false }
    return now - unwritableSince > idle
  }
}
