/// A tokenizer that is counted exactly: OpenAI's, as tiktoken encodes ordinary text.
///
/// Special tokens that are spelled in a text count as text, as they do in what a user sends. Each vocabulary is loaded when
/// it is first used.
public enum Tokenizer: Sendable, Equatable, CaseIterable {
  /// gpt-4o and everything since; gpt-oss.
  case o200k
  /// gpt-4, gpt-3.5, and the embeddings.
  case cl100k

  /// The tokens of a text of UTF-8; what is none is counted byte by byte.
  public func count(_ text: RawSpan) -> Int64 { tally(text).tokens }

  /// The tokens of a text, by kind of piece.
  public func tally(_ text: RawSpan) -> TokenTally {
    var tally = TokenTally()
    _ = scan(text, isWhole: true, tokensMax: .max, into: &tally)
    return tally
  }

  /// The tokens of a text if they are at most so many; nil beyond, found as soon as it is sure.
  public func count(_ text: RawSpan, upTo tokensMax: Int64) -> Int64? {
    var tally = TokenTally()
    let end = scan(text, isWhole: true, tokensMax: tokensMax, into: &tally)
    return end < text.byteCount || tally.tokens > tokensMax ? nil : tally.tokens
  }

  /// Loads the vocabulary, so that the first count need not.
  public func load() { _ = vocabulary }

  var vocabulary: Vocabulary {
    switch self {
    case .o200k: .o200k
    case .cl100k: .cl100k
    }
  }

  /// Counts the pieces of a text.
  ///
  /// - Parameters:
  ///   - isWhole: whether the text ends here. If not, a piece that what follows could change is left.
  ///   - tokensMax: where to stop early: behind the piece that passes it.
  /// - Returns: how many bytes were counted.
  func scan(_ text: RawSpan, isWhole: Bool, tokensMax: Int64, into tally: inout TokenTally) -> Int {
    text.withUnsafeBytes { buffer in
      guard let base = buffer.baseAddress?.assumingMemoryBound(to: UInt8.self) else { return 0 }
      let view = TextView(bytes: base, count: buffer.count, isWhole: isWhole)
      return switch self {
      case .o200k: Self.scan(view, vocabulary, tokensMax, &tally) { $0.o200kPiece(at: $1) }
      case .cl100k: Self.scan(view, vocabulary, tokensMax, &tally) { $0.cl100kPiece(at: $1) }
      }
    }
  }

  @inline(__always)
  private static func scan(
    _ text: TextView, _ vocabulary: Vocabulary, _ tokensMax: Int64, _ tally: inout TokenTally,
    piece: (inout TextView, Int) -> Piece
  ) -> Int {
    var view = text
    var start = 0
    var tokens: Int64 = 0
    while start < view.count, tokens <= tokensMax {
      view.touchesEnd = false
      let piece = piece(&view, start)
      if view.touchesEnd, !view.isWhole { return start }
      let bytes = piece.end &- start
      let count = Self.tokens(of: view.bytes + start, count: bytes, in: vocabulary)
      tally.add(tokens: count, bytes: bytes, kind: piece.kind)
      tokens &+= Int64(count)
      start = piece.end
    }
    return start
  }

  @inline(__always)
  private static func tokens(of bytes: UnsafePointer<UInt8>, count: Int, in vocabulary: Vocabulary) -> Int {
    if count == 1 || vocabulary.rank(of: bytes, count: count) != Vocabulary.none { return 1 }
    return count <= ShortMerge.bytesMax
      ? ShortMerge.count(bytes, count: count, in: vocabulary) : LongMerge.count(bytes, count: count, in: vocabulary)
  }
}
