/// A pattern of model ids: literal bytes, `*` for any run of bytes, none included, and `#` for one digit.
struct ModelGlob: Sendable, Hashable {
  let text: String
  private let pattern: [UInt8]

  init(_ text: String) {
    self.text = text
    pattern = Array(text.utf8)
  }

  /// Whether the pattern has no `*` and no `#`, so that it is one id.
  var isLiteral: Bool { !pattern.contains(Self.star) && !pattern.contains(Self.digit) }

  /// Whether it stands for any run of bytes.
  var hasStar: Bool { pattern.contains(Self.star) }

  /// How much the pattern says: its bytes without the stars. Of two that match, the one that says more wins.
  var weight: Int { pattern.count { $0 != Self.star } }

  func matches(_ id: Span<UInt8>) -> Bool {
    var patternIndex = 0
    var index = 0
    // Where the last star stood, and how much of the id it has taken so far.
    var star: (patternIndex: Int, index: Int)?
    while index < id.count {
      if patternIndex < pattern.count, pattern[patternIndex] == Self.star {
        star = (patternIndex, index)
        patternIndex += 1
      } else if patternIndex < pattern.count, Self.matches(pattern[patternIndex], id[index]) {
        patternIndex += 1
        index += 1
      } else if let last = star {
        star = (last.patternIndex, last.index + 1)
        patternIndex = last.patternIndex + 1
        index = last.index + 1
      } else {
        return false
      }
    }
    return pattern[patternIndex...].allSatisfy { $0 == Self.star }
  }

  func matches(_ id: String) -> Bool { matches(id.utf8.span) }

  /// The length of the shortest id that matches both patterns; nil where none does.
  ///
  /// Two patterns of the same weight tie where the ids that match both are hardly longer than either says: an id that is
  /// long enough for one after the other (`*claude*` and `gpt-*`) is nobody's.
  func shortestCommonID(with other: ModelGlob) -> Int? {
    // lengths[i][j]: the least that may have been read when this pattern stands at i and the other at j.
    let row = [Int?](repeating: nil, count: other.pattern.count + 1)
    var lengths = [[Int?]](repeating: row, count: pattern.count + 1)
    lengths[0][0] = 0
    for mine in 0...pattern.count {
      for theirs in 0...other.pattern.count {
        guard let length = lengths[mine][theirs] else { continue }
        func reach(_ mine: Int, _ theirs: Int, _ length: Int) {
          lengths[mine][theirs] = min(length, lengths[mine][theirs] ?? .max)
        }
        let symbol = mine < pattern.count ? pattern[mine] : nil
        let otherSymbol = theirs < other.pattern.count ? other.pattern[theirs] : nil
        // A star may stand for nothing, or for what the other pattern says next.
        if symbol == Self.star {
          reach(mine + 1, theirs, length)
          if otherSymbol != nil, otherSymbol != Self.star { reach(mine, theirs + 1, length + 1) }
        }
        if otherSymbol == Self.star {
          reach(mine, theirs + 1, length)
          if symbol != nil, symbol != Self.star { reach(mine + 1, theirs, length + 1) }
        }
        if let symbol, let otherSymbol, symbol != Self.star, otherSymbol != Self.star,
          Self.overlap(symbol, otherSymbol)
        {
          reach(mine + 1, theirs + 1, length + 1)
        }
      }
    }
    return lengths[pattern.count][other.pattern.count]
  }

  private static func matches(_ symbol: UInt8, _ byte: UInt8) -> Bool {
    symbol == digit ? byte &- UInt8(ascii: "0") < 10 : symbol == byte
  }

  private static func overlap(_ first: UInt8, _ second: UInt8) -> Bool {
    first == second || matches(first, second) || matches(second, first)
  }

  private static let star = UInt8(ascii: "*")
  private static let digit = UInt8(ascii: "#")
}
