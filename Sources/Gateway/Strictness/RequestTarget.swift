/// The target of a request's first line, in origin form, whose bytes mean the same to everyone: what is matched here is
/// what is sent on, so nothing in it may be read in two ways.
public struct RequestTarget: Sendable, Hashable {
  /// Path and query, byte for byte.
  public let text: String
  /// How many bytes of ``text`` are its path.
  let pathBytes: Int

  /// The path, without the query.
  public var path: String { pathBytes == text.utf8.count ? text : text.slice(0..<pathBytes) }

  /// Checks a target. Refused are: other forms than `/path?query`; control bytes, blanks, bytes from 0x80, `\` and `#`
  /// anywhere; in the path, broken percent-escapes, escapes of control bytes or of what is not UTF-8, empty segments, and
  /// segments that are `.` or `..` once escapes and parameters (`;x`) are taken off.
  public init(_ text: String) throws(Rejection) {
    let bytes = text.utf8.span
    guard bytes.count <= HeadLimits.fieldBytesMax else {
      throw Rejection(.targetTooLong, "The request's target is longer than 16 KiB.")
    }
    guard bytes.count > 0, bytes[0] == UInt8(ascii: "/") else { throw Self.wrongForm(bytes) }
    var pathEnd = bytes.count
    for index in bytes.indices {
      let byte = bytes[index]
      if byte == UInt8(ascii: "?"), pathEnd == bytes.count { pathEnd = index }
      guard byte > 0x20, byte < 0x7f, byte != UInt8(ascii: "\\"), byte != UInt8(ascii: "#") else {
        throw Rejection(
          .targetBytes,
          "The request's target has a blank, a backslash, a '#', a control byte or a byte that is not ASCII at offset "
            + "\(index): percent-encode it.")
      }
    }
    var segments = SegmentCheck()
    try segments.check(bytes.extracting(0..<pathEnd))
    self.text = text
    pathBytes = pathEnd
  }

  private static func wrongForm(_ bytes: borrowing Span<UInt8>) -> Rejection {
    let reason = "Only targets of the form '/path?query' are served here"
    if bytes.hasPrefixIgnoringCase("http://") || bytes.hasPrefixIgnoringCase("https://") {
      return Rejection(
        .targetForm,
        "\(reason), not a whole URL: Tollgate is a base URL for the client, not its HTTP proxy (HTTP_PROXY).")
    }
    return Rejection(.targetForm, "\(reason).")
  }
}

/// Walks the segments of a path with their escapes undone, to find what another reader could take for another path.
private struct SegmentCheck {
  /// How the decoded part of the segment before any `;` looks: 0 empty, 1 `.`, 2 `..`, 3 anything else.
  private var dots = 0
  private var isInParameters = false
  private var characters = UTF8Sequence()

  mutating func check(_ path: borrowing Span<UInt8>) throws(Rejection) {
    var index = 1
    var segmentStart = 1
    while index < path.count {
      let raw = path[index]
      if raw == UInt8(ascii: "/") {
        guard index > segmentStart else { throw Self.emptySegment(at: index) }
        try endSegment(at: index)
        index += 1
        segmentStart = index
        continue
      }
      guard raw == UInt8(ascii: "%") else {
        try take(raw, at: index)
        index += 1
        continue
      }
      guard index + 2 < path.count, let high = path[index + 1].hexadecimalValue,
        let low = path[index + 2].hexadecimalValue
      else { throw Rejection(.targetBytes, "The path has a '%' without two hexadecimal digits at offset \(index).") }
      try take(high << 4 | low, at: index)
      index += 3
    }
    try endSegment(at: index)
  }

  private mutating func take(_ byte: UInt8, at index: Int) throws(Rejection) {
    guard !byte.isControl else {
      throw Rejection(.targetBytes, "The path has an escaped control byte at offset \(index).")
    }
    guard characters.take(byte) else { throw Self.notUTF8(at: index) }
    switch byte {
    case UInt8(ascii: "/"), UInt8(ascii: "\\"): try endSegment(at: index)
    case UInt8(ascii: ";"): isInParameters = true
    case UInt8(ascii: ".") where !isInParameters: dots = min(dots + 1, 3)
    default: if !isInParameters { dots = 3 }
    }
  }

  private mutating func endSegment(at index: Int) throws(Rejection) {
    guard characters.isAtBoundary else { throw Self.notUTF8(at: index) }
    guard dots == 0 || dots == 3 else {
      throw Rejection(
        .targetSegments, "The path has a '.' or '..' segment before offset \(index): write the path out in full.")
    }
    dots = 0
    isInParameters = false
  }

  private static func notUTF8(at index: Int) -> Rejection {
    Rejection(.targetBytes, "The path has escapes that are not UTF-8 at offset \(index).")
  }

  private static func emptySegment(at index: Int) -> Rejection {
    Rejection(
      .targetSegments,
      "The path has '//' at offset \(index - 1): take the last '/' off the client's base URL, or the first off its path."
    )
  }
}
