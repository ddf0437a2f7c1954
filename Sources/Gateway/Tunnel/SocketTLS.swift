import NIOCore
import NIOPosix
import NIOSSL
import Synchronization

/// TLS for sockets upstream: the system's trust store, or a file of certificates.
///
/// A context reads hundreds of certificates, so each is made once, on a thread of its own: no event loop waits for it.
final class SocketTLS: Sendable {
  /// By the file of certificates; nil is the system's store.
  private let contexts = Mutex<[String?: NIOSSLContext]>([:])

  /// The context for the certificates of a file, made now or before. The future is `loop`'s.
  func context(caFile: String?, on loop: any EventLoop) -> EventLoopFuture<NIOSSLContext> {
    if let known = contexts.withLock({ $0[caFile] }) { return loop.makeSucceededFuture(known) }
    return NIOThreadPool.singleton.runIfActive(eventLoop: loop) { [self] in
      var configuration = TLSConfiguration.makeClientConfiguration()
      configuration.minimumTLSVersion = .tlsv12
      configuration.applicationProtocols = ["http/1.1"]
      if let caFile { configuration.trustRoots = .file(caFile) }
      let context = try NIOSSLContext(configuration: configuration)
      contexts.withLock { $0[caFile] = context }
      return context
    }
  }
}
