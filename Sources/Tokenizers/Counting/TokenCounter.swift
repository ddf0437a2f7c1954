/// Counts the tokens of a text that arrives in parts, which may be cut anywhere, also inside a character.
///
/// The count is that of the whole text, as long as no piece (a word, a run of blanks) is longer than ``pieceBytesMax``: such a
/// piece is counted in blocks of that size, each as if it ended there. That adds at most a few tokens a block (measured: at
/// most 3 in 16 KiB), and keeps the memory bounded: 2 KiB, more only while a long piece lasts.
public struct TokenCounter: Sendable, Equatable {
  /// The longest piece that is counted as a whole.
  public static let pieceBytesMax = 16 << 10
  private static let blockBytes = 1 << 10

  /// What the text is counted by.
  public let tokenizer: Tokenizer
  private var counted = TokenTally()
  /// Text that is not counted yet.
  private var waiting: [UInt8] = []
  /// With how many bytes the next counting is worth while.
  private var dueBytes = TokenCounter.blockBytes

  public init(_ tokenizer: Tokenizer) { self.tokenizer = tokenizer }

  /// Takes the next part of the text.
  public mutating func append(_ part: RawSpan) {
    var offset = 0
    while offset < part.byteCount {
      let end = min(part.byteCount, offset &+ (dueBytes &- waiting.count))
      part.extracting(offset..<end).withUnsafeBytes { waiting.append(contentsOf: $0) }
      offset = end
      if waiting.count >= dueBytes { countWaiting() }
    }
  }

  /// Ends the text: what follows is another one.
  public mutating func endText() {
    guard !waiting.isEmpty else { return }
    counted = tally
    waiting.removeAll(keepingCapacity: true)
    dueBytes = Self.blockBytes
  }

  /// The count so far, as if the text ended here.
  public var tally: TokenTally {
    var tally = counted
    _ = tokenizer.scan(waiting.span.bytes, isWhole: true, tokensMax: .max, into: &tally)
    return tally
  }

  private mutating func countWaiting() {
    var tally = counted
    let end = tokenizer.scan(waiting.span.bytes, isWhole: false, tokensMax: .max, into: &tally)
    counted = tally
    waiting.removeSubrange(..<end)
    // A piece that does not end is looked at again only when it has doubled, so that each byte is seen a few times at most.
    dueBytes = max(Self.blockBytes, 2 &* waiting.count)
    guard waiting.count >= Self.pieceBytesMax else { return }
    endText()
    waiting = []
  }
}
