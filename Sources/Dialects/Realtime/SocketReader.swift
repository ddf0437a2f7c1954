internal import JSON

/// Reads the messages of a socket as their parts arrive, and tells of the responses that they make.
///
/// Bounded, whatever the messages: no text is kept but ids, names and the usage object, each with a limit. Nothing that a peer
/// can send traps; what is not understood is passed over.
public struct SocketReader: ~Copyable {
  /// References, since a reader's state is too large to be moved for each part.
  private enum Wire {
    case realtime(RealtimeSocket)
    case responses(ResponsesSocket)
    case live(LiveSocket)
  }

  private let wire: Wire

  /// A reader for a socket's messages; nil for an endpoint that is none.
  public init?(endpoint: Endpoint) {
    switch (endpoint.operation, endpoint.dialect) {
    case (.liveSocket, .gemini): wire = .live(LiveSocket())
    case (.realtimeSocket, _), (.liveSocket, _): wire = .realtime(RealtimeSocket(model: endpoint.model))
    case (.responsesSocket, _): wire = .responses(ResponsesSocket())
    default: return nil
    }
  }

  /// Reads the next part of a message, text or binary, unmasked. Parts may be cut anywhere; the two ends' may alternate.
  public mutating func consume(_ bytes: RawSpan, from peer: SocketPeer) {
    switch wire {
    case .realtime(let socket): socket.consume(bytes, from: peer)
    case .responses(let socket): socket.consume(bytes, from: peer)
    case .live(let socket): socket.consume(bytes, from: peer)
    }
  }

  /// A message ended; its events can be taken.
  public mutating func endMessage(from peer: SocketPeer) {
    switch wire {
    case .realtime(let socket): socket.endMessage(from: peer)
    case .responses(let socket): socket.endMessage(from: peer)
    case .live(let socket): socket.endMessage(from: peer)
    }
  }

  /// The socket has ended, and with it every response that is open.
  public mutating func finish() {
    switch wire {
    case .realtime(let socket): socket.responses.endAll()
    case .responses(let socket): socket.responses.endAll()
    case .live(let socket): socket.responses.endAll()
    }
  }

  /// The next event; nil once there is none.
  public mutating func takeEvent() -> SocketEvent? {
    switch wire {
    case .realtime(let socket): socket.responses.takeEvent()
    case .responses(let socket): socket.responses.takeEvent()
    case .live(let socket): socket.responses.takeEvent()
    }
  }

  /// Whether a response is open.
  public var hasOpenResponse: Bool {
    switch wire {
    case .realtime(let socket): !socket.responses.open.isEmpty
    case .responses(let socket): !socket.responses.open.isEmpty
    case .live(let socket): !socket.responses.open.isEmpty
    }
  }
}
