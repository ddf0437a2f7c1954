/// Checks bytes one by one against UTF-8 (RFC 3629, section 4): no overlong forms, no surrogates, nothing above U+10FFFF.
struct UTF8Sequence {
  private var continuations = 0
  private var allowed: ClosedRange<UInt8> = 0x80...0xbf

  /// Whether no character is half read.
  var isAtBoundary: Bool { continuations == 0 }

  /// Takes a byte; false where it cannot stand here.
  mutating func take(_ byte: UInt8) -> Bool {
    if continuations > 0 {
      guard allowed.contains(byte) else { return false }
      continuations -= 1
      allowed = 0x80...0xbf
      return true
    }
    switch byte {
    case 0..<0x80: return true
    case 0xc2...0xdf: continuations = 1
    case 0xe0: (continuations, allowed) = (2, 0xa0...0xbf)
    case 0xed: (continuations, allowed) = (2, 0x80...0x9f)
    case 0xe1...0xef: continuations = 2
    case 0xf0: (continuations, allowed) = (3, 0x90...0xbf)
    case 0xf1...0xf3: continuations = 3
    case 0xf4: (continuations, allowed) = (3, 0x80...0x8f)
    default: return false
    }
    return true
  }
}
