import Dialects

/// Reads the messages of both directions of a tunnel from a view of their frames: unmasked, reassembled, and never kept.
struct SocketMeter: ~Copyable {
  /// How much of one message is read; the rest is forwarded unread.
  static let messageBytesMax = 64 * 1024 * 1024
  /// How much is unmasked at a time, on the stack.
  private static let unmaskedBytes = 4096

  private var reader: SocketReader
  private var fromClient = FrameScanner(from: .client)
  private var fromServer = FrameScanner(from: .server)
  private var clientMessageBytes = 0
  private var serverMessageBytes = 0

  /// Nil for an endpoint that is no socket of a known API.
  init?(endpoint: Endpoint) {
    guard let reader = SocketReader(endpoint: endpoint) else { return nil }
    self.reader = reader
  }

  /// Reads a part that the scanner of its direction has found in order.
  mutating func read(_ bytes: RawSpan, from peer: SocketPeer) {
    switch peer {
    case .client: readClient(bytes)
    case .server: readServer(bytes)
    }
  }

  private mutating func readServer(_ bytes: RawSpan) {
    var offset = 0
    while true {
      switch fromServer.next(bytes, at: &offset) {
      case .needsMore, .violation: return
      case .payload(let range, _):
        serverMessageBytes &+= range.count
        if serverMessageBytes <= Self.messageBytesMax { reader.consume(bytes.extracting(range), from: .server) }
      case .endOfMessage:
        serverMessageBytes = 0
        reader.endMessage(from: .server)
      }
    }
  }

  private mutating func readClient(_ bytes: RawSpan) {
    var offset = 0
    while true {
      switch fromClient.next(bytes, at: &offset) {
      case .needsMore, .violation: return
      case .payload(let range, let phase):
        clientMessageBytes &+= range.count
        if clientMessageBytes <= Self.messageBytesMax { unmask(bytes.extracting(range), phase: phase) }
      case .endOfMessage:
        clientMessageBytes = 0
        reader.endMessage(from: .client)
      }
    }
  }

  /// Hands a masked part on unmasked, piece by piece.
  private mutating func unmask(_ part: RawSpan, phase: Int) {
    var start = 0
    while start < part.byteCount {
      let count = min(Self.unmaskedBytes, part.byteCount - start)
      withUnsafeTemporaryAllocation(byteCount: count, alignment: 16) { scratch in
        part.extracting(start..<start + count).withUnsafeBytes { scratch.copyMemory(from: $0) }
        for index in 0..<count { scratch[index] ^= fromClient.maskByte(phase &+ start &+ index) }
        reader.consume(UnsafeRawBufferPointer(scratch).bytes, from: .client)
      }
      start += count
    }
  }

  mutating func takeEvent() -> SocketEvent? { reader.takeEvent() }

  /// The socket has ended, and with it every open response.
  mutating func finish() { reader.finish() }

  var hasOpenResponse: Bool { reader.hasOpenResponse }
}
