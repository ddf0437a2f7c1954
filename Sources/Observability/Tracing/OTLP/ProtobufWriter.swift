/// Writes Protocol Buffers' wire format (https://protobuf.dev/programming-guides/encoding/): the few field types that OTLP's traces
/// have. As proto3 wants it, numbers that are zero and texts that are empty are left out.
struct ProtobufWriter {
  private enum WireType: UInt64 {
    case varint = 0
    case fixed64 = 1
    case lengthDelimited = 2
    case fixed32 = 5
  }

  private(set) var bytes: [UInt8] = []

  mutating func number(_ field: UInt64, _ value: UInt64) {
    guard value != 0 else { return }
    tag(field, .varint)
    varint(value)
  }

  /// A member of a `oneof`, which is written whatever its value.
  mutating func choice(_ field: UInt64, _ value: UInt64) {
    tag(field, .varint)
    varint(value)
  }

  mutating func fixed64(_ field: UInt64, _ value: UInt64) {
    guard value != 0 else { return }
    choice(field, fixed64: value)
  }

  mutating func choice(_ field: UInt64, fixed64 value: UInt64) {
    tag(field, .fixed64)
    for shift in stride(from: 0, to: 64, by: 8) { bytes.append(UInt8(truncatingIfNeeded: value >> shift)) }
  }

  mutating func fixed32(_ field: UInt64, _ value: UInt32) {
    guard value != 0 else { return }
    tag(field, .fixed32)
    for shift in stride(from: 0, to: 32, by: 8) { bytes.append(UInt8(truncatingIfNeeded: value >> shift)) }
  }

  mutating func text(_ field: UInt64, _ text: some StringProtocol) {
    guard !text.isEmpty else { return }
    choice(field, text)
  }

  mutating func choice(_ field: UInt64, _ text: some StringProtocol) {
    tag(field, .lengthDelimited)
    varint(UInt64(text.utf8.count))
    bytes.append(contentsOf: text.utf8)
  }

  /// The bytes of an id, the highest first.
  mutating func identifier(_ field: UInt64, _ value: some FixedWidthInteger) {
    tag(field, .lengthDelimited)
    let count = type(of: value).bitWidth / 8
    varint(UInt64(count))
    for index in 1...count { bytes.append(UInt8(truncatingIfNeeded: value >> ((count - index) * 8))) }
  }

  mutating func message(_ field: UInt64, _ bytes: [UInt8]) {
    tag(field, .lengthDelimited)
    varint(UInt64(bytes.count))
    self.bytes.append(contentsOf: bytes)
  }

  mutating func message(_ field: UInt64, _ write: (inout ProtobufWriter) -> Void) {
    var inner = ProtobufWriter()
    write(&inner)
    message(field, inner.bytes)
  }

  private mutating func tag(_ field: UInt64, _ type: WireType) { varint(field << 3 | type.rawValue) }

  private mutating func varint(_ value: UInt64) {
    var rest = value
    while rest >= 0x80 {
      bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    bytes.append(UInt8(rest))
  }
}
