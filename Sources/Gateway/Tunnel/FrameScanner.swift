import Dialects

/// Walks the frames of one direction of a WebSocket as its bytes arrive, in parts that may be cut anywhere, and checks them.
///
/// The rule: what RFC 6455 forbids in the framing is not passed on and ends the tunnel with 1002, since the two ends could
/// read it differently, and then Tollgate would not have counted what they did. What a message says is theirs: text is not
/// checked to be UTF-8, nor a close code to be a known one. Extensions are never agreed on (``SocketOpening``), so that
/// every frame can be read.
///
/// Holds no byte of a payload and allocates nothing.
struct FrameScanner {
  enum Step: Equatable {
    /// The part is used up.
    case needsMore
    /// A part of a message's payload, at this range. The mask's byte for its first one is that of this phase.
    case payload(Range<Int>, phase: Int)
    case endOfMessage
    case violation(FrameViolation)
  }

  /// Ten bytes of header and four of mask.
  private static let headerBytesMax = 14
  private static let controlBytesMax: UInt64 = 125

  private enum Opcode {
    static let continuation: UInt8 = 0
    static let binary: UInt8 = 2
    static let close: UInt8 = 8
    static let pong: UInt8 = 10
  }

  private let peer: SocketPeer
  private var header = InlineArray<14, UInt8>(repeating: 0)
  private var headerBytes = 0
  private var payloadLeft: UInt64 = 0
  private var phase = 0
  private var opcode: UInt8 = 0
  private var isFinal = true
  private var isInPayload = false
  private var isInMessage = false
  private var closePayload = (high: UInt16(0), count: 0)
  /// The mask of the frame that is being read; zeros in a server's.
  private(set) var mask: (UInt8, UInt8, UInt8, UInt8) = (0, 0, 0, 0)
  /// Whether a close frame has passed, whole.
  private(set) var hasClosed = false
  /// The code of the close frame; nil where it has none.
  private(set) var closeCode: UInt16?

  init(from peer: SocketPeer) { self.peer = peer }

  /// Whether no frame is begun and not ended: the only place where another can be put.
  var isAtBoundary: Bool { headerBytes == 0 && !isInPayload }

  /// Walks over a part to its end; what it breaks, if it does.
  mutating func check(_ bytes: RawSpan) -> FrameViolation? {
    var offset = 0
    while true {
      switch next(bytes, at: &offset) {
      case .needsMore: return nil
      case .violation(let violation): return violation
      case .payload, .endOfMessage: continue
      }
    }
  }

  /// Walks on in a part until something is to be told.
  ///
  /// - Parameter offset: where to begin in the part: 0 at first, and left alone between the steps of a part.
  mutating func next(_ bytes: RawSpan, at offset: inout Int) -> Step {
    while true {
      if isInPayload {
        guard payloadLeft > 0 else {
          if let step = endFrame() { return step }
          continue
        }
        guard offset < bytes.byteCount else { return .needsMore }
        let count = Int(min(payloadLeft, UInt64(bytes.byteCount &- offset)))
        let range = offset..<(offset &+ count)
        let step = Step.payload(range, phase: phase)
        payloadLeft &-= UInt64(count)
        phase = (phase &+ count) & 3
        offset &+= count
        if opcode <= Opcode.binary { return step }
        if opcode == Opcode.close { readClose(bytes.extracting(range), from: step) }
        continue
      }
      guard offset < bytes.byteCount else { return .needsMore }
      if hasClosed { return .violation(.afterClose) }
      header[headerBytes] = bytes.unsafeLoad(fromByteOffset: offset, as: UInt8.self)
      headerBytes &+= 1
      offset &+= 1
      if let violation = readHeader() { return .violation(violation) }
    }
  }

  // MARK: Header

  /// Looks at the header as far as it has come; begins the payload once it is whole.
  private mutating func readHeader() -> FrameViolation? {
    if headerBytes == 1 { return checkFirstByte() }
    let second = header[1]
    let isMasked = second & 0x80 != 0
    let short = second & 0x7F
    if headerBytes == 2 {
      guard isMasked == (peer == .client) else { return .mask }
      if opcode >= Opcode.close, UInt64(short) > Self.controlBytesMax || opcode == Opcode.close && short == 1 {
        return .controlFrame
      }
    }
    let lengthBytes = short == 127 ? 8 : short == 126 ? 2 : 0
    let wholeBytes = 2 &+ lengthBytes &+ (isMasked ? 4 : 0)
    guard headerBytes == wholeBytes else { return nil }
    var length: UInt64 = lengthBytes == 0 ? UInt64(short) : 0
    for index in 2..<(2 &+ lengthBytes) { length = length << 8 | UInt64(header[index]) }
    if lengthBytes == 2, length < 126 { return .length }
    if lengthBytes == 8, length <= 0xFFFF || length >> 63 != 0 { return .length }
    if isMasked {
      let start = 2 &+ lengthBytes
      mask = (header[start], header[start &+ 1], header[start &+ 2], header[start &+ 3])
    }
    payloadLeft = length
    phase = 0
    headerBytes = 0
    isInPayload = true
    return nil
  }

  private mutating func checkFirstByte() -> FrameViolation? {
    let first = header[0]
    opcode = first & 0x0F
    isFinal = first & 0x80 != 0
    guard first & 0x70 == 0 else { return .reservedBit }
    switch opcode {
    case Opcode.continuation:
      if !isInMessage { return .fragmentation }
    case 1...Opcode.binary:
      if isInMessage { return .fragmentation }
    case Opcode.close...Opcode.pong:
      if !isFinal { return .controlFrame }
    default: return .reservedOpcode
    }
    return nil
  }

  // MARK: End

  /// Ends the frame whose payload has passed.
  private mutating func endFrame() -> Step? {
    isInPayload = false
    if opcode == Opcode.close {
      hasClosed = true
      if closePayload.count >= 2 { closeCode = closePayload.high }
      return nil
    }
    guard opcode <= Opcode.binary else { return nil }
    isInMessage = !isFinal
    return isFinal ? .endOfMessage : nil
  }

  /// Reads the code of a close frame: its first two bytes.
  private mutating func readClose(_ part: RawSpan, from step: Step) {
    guard case .payload(_, var phase) = step else { return }
    for offset in 0..<part.byteCount where closePayload.count < 2 {
      let byte = part.unsafeLoad(fromByteOffset: offset, as: UInt8.self) ^ maskByte(phase)
      closePayload.high = closePayload.high << 8 | UInt16(byte)
      closePayload.count &+= 1
      phase &+= 1
    }
  }

  /// The byte of the mask for a payload's byte, by its place modulo 4.
  func maskByte(_ phase: Int) -> UInt8 {
    switch phase & 3 {
    case 0: mask.0
    case 1: mask.1
    case 2: mask.2
    default: mask.3
    }
  }
}
