/// Takes the document out of the payload of a `chunk`, `{"bytes": "<base64>", "p": "<padding>"}`, as its parts arrive.
///
/// The text of `bytes` is decoded in blocks, and never kept: it may be megabytes long.
struct ChunkPayload {
  /// How many bytes are decoded at once.
  static let blockBytesMax = 768

  private enum Place {
    /// Between the tokens of the payload's JSON.
    case structure
    case text, escape, unicode
  }

  private var place = Place.structure
  private var depth = 0
  /// Whether the next string at the payload's top is a name.
  private var isName = false
  /// How much of the name `bytes` the current name has matched; -1 where it is another.
  private var matched = -1
  /// Whether the value that comes next or is being read is the one of `bytes`.
  private var isWanted = false
  private var unicode: UInt32 = 0
  private var unicodeDigitsLeft = 0
  private var base64 = Base64Decoder()

  private static let nameBytes = 5

  /// Reads on in a part until the block is full or the part is used up.
  ///
  /// - Returns: how many bytes of the document were put into `block`.
  mutating func next(_ bytes: RawSpan, at offset: inout Int, into block: inout InlineArray<768, UInt8>) -> Int {
    var count = 0
    // One text character gives at most three bytes, at the fourth of its group.
    while offset < bytes.byteCount, count &+ 3 <= Self.blockBytesMax {
      let byte = bytes.byte(at: offset)
      offset &+= 1
      switch place {
      case .structure: readStructure(byte)
      case .text:
        switch byte {
        case UInt8(ascii: "\""):
          // Ends the last group of a text that has no padding.
          if !isName { take(UInt8(ascii: "="), into: &block, &count) }
          endText()
        case UInt8(ascii: "\\"): place = .escape
        default: take(byte, into: &block, &count)
        }
      case .escape:
        place = byte == UInt8(ascii: "u") ? .unicode : .text
        unicode = 0
        unicodeDigitsLeft = 4
        // Some writers escape the slash; other escaped characters are none of base64.
        if byte == UInt8(ascii: "/") { take(byte, into: &block, &count) }
      case .unicode:
        unicode = unicode << 4 | UInt32(Self.hexDigit(byte))
        unicodeDigitsLeft &-= 1
        guard unicodeDigitsLeft == 0 else { continue }
        place = .text
        take(UInt8(exactly: unicode) ?? 0, into: &block, &count)
      }
    }
    return count
  }

  private mutating func readStructure(_ byte: UInt8) {
    switch byte {
    case UInt8(ascii: "{"), UInt8(ascii: "["):
      depth &+= 1
      isName = depth == 1 && byte == UInt8(ascii: "{")
      isWanted = false
    case UInt8(ascii: "}"), UInt8(ascii: "]"): depth &-= 1
    case UInt8(ascii: ","):
      isName = depth == 1
      if depth == 1 { isWanted = false }
    case UInt8(ascii: ":"): isName = false
    case UInt8(ascii: "\""):
      place = .text
      matched = isName ? 0 : -1
      if isWanted { base64 = Base64Decoder() }
    default: break
    }
  }

  private mutating func take(_ byte: UInt8, into block: inout InlineArray<768, UInt8>, _ count: inout Int) {
    if isName {
      let letters: UInt64 = 0x73_6574_7962
      let isNext =
        matched >= 0 && matched < Self.nameBytes && byte == UInt8(truncatingIfNeeded: letters >> UInt64(8 &* matched))
      matched = isNext ? matched &+ 1 : -1
    } else if isWanted, let group = base64.take(byte) {
      for index in 0..<group.count {
        block[count] = UInt8(truncatingIfNeeded: group.bits >> UInt32(8 &* (2 &- index)))
        count &+= 1
      }
    }
  }

  private mutating func endText() {
    place = .structure
    isWanted = isName && matched == Self.nameBytes
  }

  private static func hexDigit(_ byte: UInt8) -> UInt8 {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): byte &- UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): byte &- UInt8(ascii: "a") &+ 10
    case UInt8(ascii: "A")...UInt8(ascii: "F"): byte &- UInt8(ascii: "A") &+ 10
    default: 0
    }
  }
}

/// Undoes base64 (RFC 4648) character by character.
struct Base64Decoder {
  /// Up to three bytes, the first one highest of 24 bits.
  struct Group {
    var bits: UInt32
    var count: Int
  }

  private var bits: UInt32 = 0
  private var sextets = 0
  private var isEnded = false

  /// Takes a character; a group where one is complete. A character of another alphabet ends the text.
  mutating func take(_ byte: UInt8) -> Group? {
    guard !isEnded else { return nil }
    guard let sextet = Self.sextet(byte) else {
      isEnded = true
      return rest
    }
    bits = bits << 6 | sextet
    sextets &+= 1
    guard sextets == 4 else { return nil }
    defer { self = Base64Decoder() }
    return Group(bits: bits, count: 3)
  }

  /// What a group holds that its padding, or another end, cuts short.
  private var rest: Group? {
    switch sextets {
    case 2: Group(bits: bits << 12, count: 1)
    case 3: Group(bits: bits << 6, count: 2)
    default: nil
    }
  }

  private static func sextet(_ byte: UInt8) -> UInt32? {
    switch byte {
    case UInt8(ascii: "A")...UInt8(ascii: "Z"): UInt32(byte &- UInt8(ascii: "A"))
    case UInt8(ascii: "a")...UInt8(ascii: "z"): UInt32(byte &- UInt8(ascii: "a")) &+ 26
    case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt32(byte &- UInt8(ascii: "0")) &+ 52
    case UInt8(ascii: "+"), UInt8(ascii: "-"): 62
    case UInt8(ascii: "/"), UInt8(ascii: "_"): 63
    default: nil
    }
  }
}
