/// What the headers of a frame say.
public struct FrameHead: Equatable, Sendable {
  /// What the frame is, as `:message-type` says.
  public enum Kind: Sendable, Equatable {
    case event
    /// An error that the service models, named in `:exception-type`.
    case exception
    /// Another error, named in `:error-code`.
    case error
    /// Of a kind that is not known.
    case other
  }

  /// A frame without `:message-type` is an event.
  public var kind = Kind.event
  /// Whether the event is a `chunk`, whose payload holds a document in base64.
  public var isChunk = false
  /// The name of the exception or error; nil for an event.
  public var errorCode: String?

  /// An event without a name.
  public init() {}
}

/// Reads the headers of a frame byte by byte, and keeps those that say what the frame is.
struct FrameHeaderReader: Sendable {
  private enum Place {
    case nameLength, name, type, lengthHigh, lengthLow, value
  }

  private enum Name {
    case messageType, eventType, exceptionType, errorCode
  }

  private var place = Place.nameLength
  private var text = FrameText()
  private var bytesLeft = 0
  private var isText = false
  private var name: Name?
  private(set) var head = FrameHead()

  /// Whether the next byte begins a header.
  var isBetweenHeaders: Bool { place == .nameLength }

  /// Takes the next byte; false where the headers are malformed.
  mutating func read(_ byte: UInt8) -> Bool {
    switch place {
    case .nameLength:
      guard byte > 0 else { return false }
      begin(.name, bytes: Int(byte))
    case .name:
      text.append(byte)
      bytesLeft &-= 1
      if bytesLeft == 0 { endName() }
    case .type: return readType(byte)
    case .lengthHigh:
      bytesLeft = Int(byte) << 8
      place = .lengthLow
    case .lengthLow: beginValue(bytes: bytesLeft | Int(byte))
    case .value:
      text.append(byte)
      bytesLeft &-= 1
      if bytesLeft == 0 { endValue() }
    }
    return true
  }

  private mutating func begin(_ next: Place, bytes: Int) {
    place = next
    bytesLeft = bytes
    text = FrameText()
  }

  private mutating func endName() {
    name =
      if text.equals(":message-type") {
        .messageType
      } else if text.equals(":event-type") {
        .eventType
      } else if text.equals(":exception-type") {
        .exceptionType
      } else if text.equals(":error-code") {
        .errorCode
      } else {
        nil
      }
    place = .type
  }

  private mutating func readType(_ byte: UInt8) -> Bool {
    isText = byte == 7
    switch byte {
    // True and false are types of their own, without a value.
    case 0, 1: beginValue(bytes: 0)
    case 2: beginValue(bytes: 1)
    case 3: beginValue(bytes: 2)
    case 4: beginValue(bytes: 4)
    // An integer of 64 bits, and a time in milliseconds.
    case 5, 8: beginValue(bytes: 8)
    // Bytes, and a text: the length comes first.
    case 6, 7: place = .lengthHigh
    // A UUID.
    case 9: beginValue(bytes: 16)
    default: return false
    }
    return true
  }

  private mutating func beginValue(bytes: Int) {
    begin(.value, bytes: bytes)
    if bytes == 0 { endValue() }
  }

  private mutating func endValue() {
    place = .nameLength
    guard isText, let name else { return }
    switch name {
    case .messageType:
      head.kind =
        if text.equals("event") {
          .event
        } else if text.equals("exception") {
          .exception
        } else if text.equals("error") {
          .error
        } else {
          .other
        }
    case .eventType: head.isChunk = text.equals("chunk")
    case .exceptionType, .errorCode: head.errorCode = text.string
    }
  }
}

/// A short text of a frame's headers, without allocation.
private struct FrameText: Sendable {
  private static let bytesMax = 64

  private var bytes = InlineArray<64, UInt8>(repeating: 0)
  private var count = 0

  /// Appends a byte; those beyond ``bytesMax`` are counted only.
  mutating func append(_ byte: UInt8) {
    if count < Self.bytesMax { bytes[count] = byte }
    count &+= 1
  }

  func equals(_ other: StaticString) -> Bool {
    guard count == other.utf8CodeUnitCount, count <= Self.bytesMax else { return false }
    return other.withUTF8Buffer { other in
      for index in 0..<count where other[index] != bytes[index] { return false }
      return true
    }
  }

  /// The text; nil where it is empty or too long to be a name.
  var string: String? {
    guard count > 0, count <= Self.bytesMax else { return nil }
    var kept: [UInt8] = []
    for index in 0..<count { kept.append(bytes[index]) }
    return String(decoding: kept, as: UTF8.self)
  }
}
