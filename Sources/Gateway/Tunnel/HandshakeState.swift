import Upstream

/// The opening of a socket upstream: events in, one action out, no I/O. It ends once, by ``end()`` or ``upgraded()``.
struct HandshakeState: ~Copyable {
  private enum State {
    /// Next: connecting, ended.
    case lookingUp
    /// TCP, and TLS where the scheme has it. Next: awaitingReply, ended.
    case connecting
    /// The request has been sent. Next: agreed, relaying, ended.
    case awaitingReply
    /// The head of an agreement has come; its end follows at once. Next: upgraded, ended.
    case agreed
    /// The upstream refused, and its answer is passed on. Next: ended.
    case relaying
    case upgraded
    case ended
  }

  private var state = State.lookingUp

  /// Whether it is over without a socket.
  var isOver: Bool { if case .ended = state { true } else { false } }

  /// Whether any byte of the request may have gone out. Not to be asked once it is over.
  var wasSent: Bool {
    switch state {
    case .lookingUp, .connecting: false
    default: true
    }
  }

  /// The host has addresses. True: connect to one.
  mutating func foundAddresses() -> Bool {
    guard case .lookingUp = state else { return false }
    state = .connecting
    return true
  }

  var isConnecting: Bool { if case .connecting = state { true } else { false } }

  /// The connection is there and secure. True: send the request.
  mutating func connected() -> Bool {
    guard case .connecting = state else { return false }
    state = .awaitingReply
    return true
  }

  enum HeadAction: Equatable {
    case wait
    /// Pass the head on, and the body that follows.
    case relay
    /// It claims to agree, and does not.
    case fail
    case ignore
  }

  mutating func replied(status: Int, isAgreed: Bool) -> HeadAction {
    guard case .awaitingReply = state else { return .ignore }
    if isAgreed {
      state = .agreed
      return .wait
    }
    guard status != 101 else { return .fail }
    state = .relaying
    return .relay
  }

  var isRelaying: Bool { if case .relaying = state { true } else { false } }

  enum ReplyEndAction: Equatable {
    case upgrade
    /// The refusal has been passed on, whole.
    case complete
    case ignore
  }

  mutating func replyEnded() -> ReplyEndAction {
    switch state {
    case .agreed:
      state = .upgraded
      return .upgrade
    case .relaying: return .complete
    case .lookingUp, .connecting, .awaitingReply, .upgraded, .ended: return .ignore
    }
  }

  /// It is over without a socket. False: it was over before, or is a socket.
  mutating func end() -> Bool {
    switch state {
    case .upgraded, .ended: return false
    case .lookingUp, .connecting, .awaitingReply, .agreed, .relaying:
      state = .ended
      return true
    }
  }

  /// What it means that the connection broke.
  var failureOfClose: TransferFailure {
    switch state {
    case .lookingUp, .connecting: .connectFailed
    case .awaitingReply: .closedBeforeReply
    case .agreed, .relaying, .upgraded, .ended: .brokenOff
    }
  }

  /// What it means that the time is over.
  var failureOfTime: TransferFailure {
    switch state {
    case .lookingUp, .connecting: .connectTimeout
    case .awaitingReply, .agreed: .headTimeout
    case .relaying, .upgraded, .ended: .idleTimeout
    }
  }
}
