import Dialects
import Testing
import Upstream

@testable import Gateway

/// `#expect` copies what it is given parts of, and the machines cannot be copied.
private func holds(_ isTrue: Bool, seed: UInt64? = nil, at location: SourceLocation = #_sourceLocation) {
  #expect(isTrue, "\(seed.map { "seed \($0)" } ?? "")", sourceLocation: location)
}

@Suite("The life of a tunnel")
struct TunnelStateTests {
  static let frame = CloseFrame(code: .protocolError, reason: "test")

  @Test(
    "ends with the first end that leaves: it is settled, and the other is closed",
    arguments: [SocketPeer.client, .server])
  func anEndLeaves(peer: SocketPeer) {
    var state = TunnelState()
    let other: SocketPeer = peer == .client ? .server : .client
    holds(state.ended(peer) == .settleAndClose(other))
    holds(!state.isOpen)
    holds(state.cut(Self.frame) == .ignore)
    holds(state.ended(other) == .ignore)
    holds(state.ended(other) == .ignore)
  }

  @Test("ends when Tollgate cuts it, once")
  func cut() {
    var state = TunnelState()
    holds(state.cut(Self.frame) == .settleAndCut(Self.frame))
    holds(state.cut(Self.frame) == .ignore)
    holds(state.ended(.client) == .ignore)
    holds(state.drain(hasOpenResponse: false) == .ignore)
  }

  @Test("ends at once when it is drained with nothing under way")
  func drainIdle() {
    var state = TunnelState()
    holds(state.drain(hasOpenResponse: false) == .settleAndCut(TunnelState.shuttingDown))
  }

  @Test("ends with its last response when it is drained, and not before")
  func drainBusy() {
    var state = TunnelState()
    holds(state.becameIdle() == .ignore)
    holds(state.drain(hasOpenResponse: true) == .ignore)
    holds(state.isOpen)
    holds(state.becameIdle() == .settleAndCut(TunnelState.shuttingDown))
    holds(state.becameIdle() == .ignore)
  }

  @Test("is settled exactly once, whatever happens in whatever order", arguments: 0..<300)
  func random(seed: UInt64) {
    var random = SeededRandom(seed: seed)
    var state = TunnelState()
    var settlements = 0
    for _ in 0..<20 {
      let action =
        switch Int.random(in: 0..<5, using: &random) {
        case 0: state.ended(.client)
        case 1: state.ended(.server)
        case 2: state.cut(Self.frame)
        case 3: state.drain(hasOpenResponse: Bool.random(using: &random))
        default: state.becameIdle()
        }
      if action != .ignore { settlements += 1 }
      holds(state.isOpen == (settlements == 0), seed: seed)
    }
    holds(settlements <= 1, seed: seed)
  }
}

@Suite("The opening of a socket upstream")
struct HandshakeStateTests {
  @Test("looks up, connects, asks, and is a socket once the agreement has come")
  func agreed() {
    var state = HandshakeState()
    holds(!state.connected() && state.foundAddresses() && !state.foundAddresses())
    holds(!state.wasSent && state.connected() && state.wasSent)
    holds(state.replied(status: 101, isAgreed: true) == .wait)
    holds(state.replyEnded() == .upgrade)
    holds(!state.end())
  }

  @Test("passes a refusal on, and ends with it")
  func refused() {
    var state = asked()
    holds(state.replied(status: 429, isAgreed: false) == .relay)
    holds(state.isRelaying && state.replied(status: 200, isAgreed: false) == .ignore)
    holds(state.replyEnded() == .complete)
    holds(state.end() && !state.end())
  }

  @Test("fails where the upstream only pretends to agree")
  func pretended() {
    var state = asked()
    holds(state.replied(status: 101, isAgreed: false) == .fail)
    holds(state.end())
    holds(state.replyEnded() == .ignore)
  }

  @Test("knows what it means that the connection breaks, or the time is over")
  func failures() {
    var state = HandshakeState()
    holds(state.failureOfClose == .connectFailed && state.failureOfTime == .connectTimeout)
    _ = state.foundAddresses()
    holds(state.failureOfClose == .connectFailed && state.failureOfTime == .connectTimeout)
    _ = state.connected()
    holds(state.failureOfClose == .closedBeforeReply && state.failureOfTime == .headTimeout)
    _ = state.replied(status: 403, isAgreed: false)
    holds(state.failureOfClose == .brokenOff && state.failureOfTime == .idleTimeout)
  }

  private func asked() -> HandshakeState {
    var state = HandshakeState()
    _ = state.foundAddresses()
    _ = state.connected()
    return state
  }
}
