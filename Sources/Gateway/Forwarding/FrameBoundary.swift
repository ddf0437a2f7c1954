/// Where the frames of an AWS event stream end, from nothing but their lengths.
struct FrameBoundary {
  /// What a frame without headers and payload has.
  private static let frameBytesMin: UInt32 = 16

  /// The first bytes of a frame's length, and how many there are.
  private var length: UInt32 = 0
  private var lengthBytes = 0
  /// What of the frame is to come, once its length is known.
  private var bytesLeft = 0

  /// Notes bytes that have been written.
  mutating func pass(_ bytes: UnsafeRawBufferPointer) {
    var rest = bytes[...]
    while !rest.isEmpty {
      if bytesLeft == 0, !take(&rest) { return }
      let count = min(bytesLeft, rest.count)
      bytesLeft -= count
      rest = rest.dropFirst(count)
    }
  }

  /// Where the frame that is under way ends in the bytes that follow; 0 where none is, nil where it ends behind them.
  mutating func endOfFrame(in bytes: UnsafeRawBufferPointer) -> Int? {
    guard lengthBytes > 0 || bytesLeft > 0 else { return 0 }
    var rest = bytes[...]
    if bytesLeft == 0, !take(&rest) { return nil }
    guard bytesLeft <= rest.count else {
      bytesLeft -= rest.count
      return nil
    }
    let end = bytes.count - rest.count + bytesLeft
    bytesLeft = 0
    return end
  }

  /// Takes the length of a frame; false where it is not whole yet.
  private mutating func take(_ rest: inout Slice<UnsafeRawBufferPointer>) -> Bool {
    while lengthBytes < 4 {
      guard let byte = rest.popFirst() else { return false }
      length = length << 8 | UInt32(byte)
      lengthBytes += 1
    }
    // A length that is none ends the frame at once: nothing better is known.
    bytesLeft = Int(max(length, Self.frameBytesMin) - 4)
    length = 0
    lengthBytes = 0
    return true
  }
}
