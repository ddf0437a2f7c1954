internal import NIOCore

/// Closes a connection that does not come to its first request: silent, in the middle of TLS, or byte by byte.
///
/// Stands behind the decoder, so that the first thing it reads is a whole head. Hummingbird's own limit of idle connections holds
/// between two requests.
final class FirstRequestDeadline: ChannelInboundHandler, RemovableChannelHandler {
  typealias InboundIn = NIOAny
  typealias InboundOut = NIOAny

  private let seconds: Int64
  private var deadline: Scheduled<Void>?

  init(seconds: Int64) { self.seconds = seconds }

  func handlerAdded(context: ChannelHandlerContext) {
    let channel = context.channel
    deadline = context.eventLoop.scheduleTask(in: .seconds(seconds)) { channel.close(promise: nil) }
  }

  func handlerRemoved(context: ChannelHandlerContext) { deadline?.cancel() }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    deadline?.cancel()
    deadline = nil
    context.fireChannelRead(data)
  }
}
