internal import Metering

/// What the id of a tool call looks like.
///
/// Providers make ids at random (`call_Tf2…`, `toolu_01A…`, `D681PevKs`), so that one of them finds its run. Many servers of open models
/// count instead (`call_0`, `functions.search:3`): every conversation has the same ids, and they tell nothing alone.
enum ToolCallIDShape {
  /// The shortest random tail that is known: Mistral's has 9 letters and digits, Ollama's 8.
  private static let tailBytesMin = 8
  /// How often letters and digits take turns in random ids whose tails are short, such as those of 22 characters of base64url.
  private static let turnsMin = 4

  private enum Sort { case letter, digit, other }

  /// Whether an id looks as if no other call had it. Some random ones do not.
  static func isDistinct(_ id: RawSpan) -> Bool {
    var last = Sort.other
    var (tail, tailDigits, turns) = (0, 0, 0)
    for offset in 0..<id.byteCount {
      let sort = sort(of: id.unsafeLoad(fromByteOffset: offset, as: UInt8.self))
      if sort == .other { (tail, tailDigits) = (0, 0) } else { tail &+= 1 }
      if sort == .digit { tailDigits &+= 1 }
      if sort != last, sort != .other, last != .other { turns &+= 1 }
      last = sort
    }
    return turns >= turnsMin || tail >= tailBytesMin && tailDigits > 0
  }

  private static func sort(of byte: UInt8) -> Sort {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): .digit
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): .letter
    default: .other
    }
  }
}

extension ReplyFacts {
  /// Whether each of ``toolCalls`` has an id that looks as if no other call had it; so it is where there are none.
  public var areToolCallIDsDistinct: Bool {
    toolCalls.allSatisfy { ToolCallIDShape.isDistinct($0.id.utf8.span.bytes) }
  }
}
