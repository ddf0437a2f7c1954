import Dialects
import Metering
import NIOCore
import NIOHTTP1
import Upstream

/// How a connection becomes one end of a tunnel.
extension ExchangeHandler {
  /// The upstream has agreed to open a socket: the client is told, and both connections are the tunnel's.
  ///
  /// - Returns: the upstream's end, to be put into its pipeline; nil where the client has left, or its connection cannot change.
  func becomeTunnel(_ call: Call, head: UpstreamHead, upstream: any Channel) -> TunnelEnd? {
    let forwarded = HopByHop.forwardableReply(head.headers)
    call.replyIsMalformed = forwarded == nil
    guard call === self.call, let context, let headers = forwarded, exchange.upgraded() else {
      settleUnopened(call)
      return nil
    }
    call.statusSent = head.status
    call.reply = ReplyHeadFacts(head)
    call.transfer = nil
    self.call = nil
    write(head, headers: headers, for: call, context: context)
    let tunnel = Tunnel(call, gateway: gateway, table: table)
    let client = TunnelEnd(.client, of: tunnel)
    let server = TunnelEnd(.server, of: tunnel)
    tunnel.begin(client: client, server: server)
    hand(over: context, to: client)
    return server
  }

  private func write(
    _ head: UpstreamHead, headers forwarded: [(name: String, value: String)], for call: Call,
    context: ChannelHandlerContext
  ) {
    var headers = HTTPHeaders([("connection", "Upgrade"), ("upgrade", "websocket")])
    headers.add(contentsOf: forwarded.map { ($0.name, $0.value) })
    headers.add(name: "x-tollgate-call", value: call.id.description)
    let head = HTTPResponseHead(version: .http1_1, status: .switchingProtocols, headers: headers)
    context.write(wrapOutboundOut(.head(head)), promise: nil)
    context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
  }

  /// Takes the handlers of HTTP out of the pipeline, but for the decoder: it has stopped, and goes when the upstream's end is
  /// ready for what it has not decoded.
  private func hand(over context: ChannelHandlerContext, to end: TunnelEnd) {
    let pipeline = context.pipeline.syncOperations
    do {
      let decoder = try pipeline.context(handlerType: ByteToMessageHandler<HTTPRequestDecoder>.self)
      let pipelining = try pipeline.context(handlerType: HTTPServerPipelineHandler.self)
      let encoder = try pipeline.context(handlerType: HTTPResponseEncoder.self)
      try pipeline.addHandler(end, position: .last)
      pipeline.removeHandler(self, promise: nil)
      pipeline.removeHandler(context: pipelining, promise: nil)
      pipeline.removeHandler(context: encoder, promise: nil)
      end.wait(behind: decoder)
    } catch {
      // Without its handlers the connection is over already.
      context.close(promise: nil)
    }
  }

  /// A socket that was opened for nobody.
  private func settleUnopened(_ call: Call) {
    deliver(.end(TransferEnd(result: .cancelled, wasSent: true)), for: call)
  }
}
