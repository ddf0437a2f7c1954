import NIOCore

/// The connections of one event loop, looked at once a second for what has taken too long.
///
/// One coarse timer a loop costs nothing per chunk; a timer a connection would cost allocations each time it is moved.
final class ConnectionTable {
  private let eventLoop: any EventLoop
  private var handlers: [ObjectIdentifier: ExchangeHandler] = [:]
  private var tunnels: [ObjectIdentifier: Tunnel] = [:]
  private var timer: RepeatedTask?
  private var isDraining = false

  init(eventLoop: any EventLoop) {
    self.eventLoop = eventLoop
  }

  var count: Int { handlers.count }
  var busyCount: Int { handlers.values.reduce(0) { $0 + ($1.isBusy ? 1 : 0) } }

  func startTimer() {
    eventLoop.assertInEventLoop()
    let table = NIOLoopBound(self, eventLoop: eventLoop)
    timer = eventLoop.scheduleRepeatedTask(initialDelay: .seconds(1), delay: .seconds(1)) { _ in
      let now = NIODeadline.now()
      for handler in table.value.handlers.values { handler.checkDeadlines(now: now) }
      for tunnel in table.value.tunnels.values { tunnel.checkDeadlines(now: now) }
    }
  }

  func insert(_ handler: ExchangeHandler) {
    handlers[ObjectIdentifier(handler)] = handler
    if isDraining { handler.stopReuse() }
  }

  func remove(_ handler: ExchangeHandler) {
    handlers[ObjectIdentifier(handler)] = nil
  }

  func insert(_ tunnel: Tunnel) {
    tunnels[ObjectIdentifier(tunnel)] = tunnel
    if isDraining { tunnel.drain() }
  }

  func remove(_ tunnel: Tunnel) {
    tunnels[ObjectIdentifier(tunnel)] = nil
  }

  /// Lets calls in flight end, and no connection be used again.
  func drain() {
    isDraining = true
    for handler in handlers.values { handler.stopReuse() }
    for tunnel in tunnels.values { tunnel.drain() }
  }

  /// Ends every connection now.
  func cut() {
    for handler in handlers.values { handler.cut() }
    for tunnel in tunnels.values { tunnel.cutNow() }
    timer?.cancel()
    timer = nil
  }
}
