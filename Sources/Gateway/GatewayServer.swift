import Synchronization

public import NIOCore

/// The data plane: listens, and forwards what agents send.
public final class GatewayServer: Sendable {
  private let context: GatewayContext
  private let group: any EventLoopGroup
  private let listener = Mutex<Listener?>(nil)
  private let isStopping = Atomic<Bool>(false)

  public init(context: GatewayContext, group: any EventLoopGroup) {
    self.context = context
    self.group = group
  }

  /// Binds the port and begins to accept. Throws what the system says where it cannot be bound.
  public func start() async throws {
    let bound = try await Listener.bind(to: context, group: group)
    listener.withLock { $0 = bound }
  }

  /// The port that is listened on; nil before ``start()``.
  public var port: Int? { listener.withLock { $0?.port } }

  /// Whether new calls are taken.
  public var isAccepting: Bool { !isStopping.load(ordering: .relaxed) && listener.withLock { $0 != nil } }

  /// Stops accepting, lets calls in flight end within the drain time-out, and cuts what is left.
  public func stop() async {
    guard !isStopping.exchange(true, ordering: .relaxed) else { return }
    guard let listener = listener.withLock({ $0 }) else { return }
    await listener.stop(timeoutMilliseconds: context.configuration.limits.drainTimeoutMilliseconds)
  }
}
