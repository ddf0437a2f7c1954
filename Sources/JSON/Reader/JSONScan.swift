/// Passing over the values of a document that has been read as valid already: where they end, without any event.
///
/// Nothing traps on what is not valid; it only has no end.
public enum JSONScan {
  /// The first offset at or after `start` that is no blank; else the end.
  @inline(__always)
  public static func skipBlanks(in bytes: RawSpan, from start: Int) -> Int {
    var offset = start
    while offset < bytes.byteCount, isBlank(bytes.byte(at: offset)) { offset &+= 1 }
    return offset
  }

  /// Where a string ends whose quote stands at `start`: behind its last quote. Nil where it does not.
  public static func stringEnd(in bytes: RawSpan, from start: Int) -> Int? {
    var offset = start &+ 1
    while true {
      offset = ByteScan.stringStop(in: bytes, from: offset)
      guard offset < bytes.byteCount else { return nil }
      switch bytes.byte(at: offset) {
      case UInt8(ascii: "\""): return offset &+ 1
      case UInt8(ascii: "\\"): offset &+= 2
      default: return nil
      }
    }
  }

  /// Where a value ends that begins at `start`. Nil where it does not, and where none begins there.
  public static func valueEnd(in bytes: RawSpan, from start: Int) -> Int? {
    var offset = start
    var depth = 0
    while offset < bytes.byteCount {
      switch bytes.byte(at: offset) {
      case UInt8(ascii: "\""):
        guard let end = stringEnd(in: bytes, from: offset) else { return nil }
        offset = end
      case UInt8(ascii: "{"), UInt8(ascii: "["):
        depth &+= 1
        offset &+= 1
      case UInt8(ascii: "}"), UInt8(ascii: "]"):
        guard depth > 0 else { return nil }
        depth &-= 1
        offset &+= 1
      case UInt8(ascii: ","), UInt8(ascii: ":"):
        guard depth > 0 else { return nil }
        offset &+= 1
        continue
      case let byte where isBlank(byte):
        guard depth > 0 else { return nil }
        offset &+= 1
        continue
      default: offset = scalarEnd(in: bytes, from: offset)
      }
      if depth == 0 { return offset }
    }
    return nil
  }

  /// Where a number or a word ends: at what can stand in neither.
  public static func scalarEnd(in bytes: RawSpan, from start: Int) -> Int {
    var offset = start
    while offset < bytes.byteCount {
      switch bytes.byte(at: offset) {
      case UInt8(ascii: ","), UInt8(ascii: ":"), UInt8(ascii: "]"), UInt8(ascii: "}"), UInt8(ascii: "\""),
        UInt8(ascii: "["), UInt8(ascii: "{"):
        return offset
      case let byte where isBlank(byte): return offset
      default: offset &+= 1
      }
    }
    return offset
  }

  @inline(__always)
  private static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 }
}
