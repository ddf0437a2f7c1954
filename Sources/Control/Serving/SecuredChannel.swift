internal import HummingbirdCore
internal import Logging
internal import NIOCore
internal import NIOSSL

/// TLS before what a connection does else, each with the certificate of its moment: Hummingbird's own keeps the first for good.
struct SecuredChannel<Base: ServerChildChannel>: ServerChildChannel {
  let base: Base
  let context: @Sendable () -> NIOSSLContext

  func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Base.Value> {
    channel.eventLoop.makeCompletedFuture {
      try channel.pipeline.syncOperations.addHandler(NIOSSLServerHandler(context: context()))
    }.flatMap { base.setup(channel: channel, logger: logger) }
  }

  func handle(value: Base.Value, logger: Logger) async { await base.handle(value: value, logger: logger) }
}
