import Dialects

/// The life of one tunnel between its opening and its end: events in, one action out, no I/O.
///
/// A tunnel is settled once, by the first event that ends it, whatever order things happen in; what happens later only closes
/// what is still open.
struct TunnelState: ~Copyable {
  private enum State {
    /// Both ends are there. Next: closing, closed.
    case open(isDraining: Bool)
    /// Settled; what is queued goes out, then the ends that are left are closed. Next: closed.
    case closing
    case closed
  }

  enum Action: Equatable {
    /// Settle, let what is queued for the other end go out, and close it.
    case settleAndClose(SocketPeer)
    /// Settle, and close both ends with this frame.
    case settleAndCut(CloseFrame)
    case ignore
  }

  private var state = State.open(isDraining: false)

  var isOpen: Bool { if case .open = state { true } else { false } }

  /// The connection to one end is over.
  mutating func ended(_ peer: SocketPeer) -> Action {
    switch state {
    case .open:
      state = .closing
      return .settleAndClose(peer == .client ? .server : .client)
    case .closing:
      state = .closed
      return .ignore
    case .closed: return .ignore
    }
  }

  /// Tollgate ends the tunnel.
  mutating func cut(_ frame: CloseFrame) -> Action {
    guard isOpen else { return .ignore }
    state = .closing
    return .settleAndCut(frame)
  }

  /// No new work: the tunnel ends now if nothing is under way in it, else with its last response.
  mutating func drain(hasOpenResponse: Bool) -> Action {
    guard isOpen else { return .ignore }
    state = .open(isDraining: true)
    return hasOpenResponse ? .ignore : cut(Self.shuttingDown)
  }

  /// The last response that was under way has ended.
  mutating func becameIdle() -> Action {
    guard case .open(isDraining: true) = state else { return .ignore }
    return cut(Self.shuttingDown)
  }

  static let shuttingDown = CloseFrame(code: .goingAway, reason: "tollgate: shutting down")
}
