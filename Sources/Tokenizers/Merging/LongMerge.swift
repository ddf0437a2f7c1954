/// Counts the tokens of a long piece in time that grows with its length only: in windows.
///
/// A sequence of tokens is the BPE encoding of its text exactly if each two neighbours are the encoding of their own text
/// (https://github.blog/ai-and-ml/llms/so-many-tokens-so-little-time-introducing-a-faster-more-flexible-byte-pair-tokenizer/).
/// So a window that begins where a token of the last one ends goes on with it exactly, if the tokens on both sides of the
/// seam fit each other; else another seam is tried. Where none fits, the whole piece is merged at once by ``HeapMerge``.
struct LongMerge: ~Copyable {
  private struct Seam {
    /// Where the token before the seam begins.
    var before: Int
    var place: Int
    /// The tokens before the seam.
    var tokens: Int
  }

  private let bytes: UnsafePointer<UInt8>
  private let count: Int
  private let vocabulary: Vocabulary
  private var window: MergeWindow
  private var pair: MergeWindow

  static func count(_ bytes: UnsafePointer<UInt8>, count: Int, in vocabulary: Vocabulary) -> Int {
    var merge = LongMerge(
      bytes: bytes, count: count, vocabulary: vocabulary, window: MergeWindow(vocabulary),
      pair: MergeWindow(vocabulary))
    return merge.run() ?? HeapMerge.count(bytes, count: count, in: vocabulary)
  }

  /// Nil where no seam fits.
  private mutating func run() -> Int? {
    var seams: [Seam] = []
    var start = 0
    var tokens = 0
    while true {
      let length = min(MergeWindow.bytesMax, count &- start)
      let windowTokens = window.merge(bytes + start, count: length)
      if let seam = seams.last, !fits(seam) {
        seams.removeLast()
        guard let other = seams.last else { return nil }
        start = other.place
        tokens = other.tokens
        continue
      }
      if start &+ length == count { return tokens &+ windowTokens }
      seams = self.seams(start: start, length: length, tokens: tokens)
      guard let seam = seams.last else { return nil }
      start = seam.place
      tokens = seam.tokens
    }
  }

  /// Whether the token before a seam and the first one of the window, which begins there, are the encoding of their text.
  private mutating func fits(_ seam: Seam) -> Bool {
    let length = seam.place &- seam.before
    let tokens = pair.merge(bytes + seam.before, count: length &+ window.tokenEnd(at: 0))
    return tokens == 2 && pair.tokenEnd(at: 0) == length
  }

  /// Where the next window may begin: ends of tokens behind a quarter, a half and three quarters of the present one.
  private func seams(start: Int, length: Int, tokens: Int) -> [Seam] {
    var seams: [Seam] = []
    var place = 0
    var found = 0
    var due = length / 4
    while place < length, seams.count < 3 {
      let end = window.tokenEnd(at: place)
      found &+= 1
      if end >= due, end < length {
        seams.append(Seam(before: start &+ place, place: start &+ end, tokens: tokens &+ found))
        due &+= length / 4
      }
      place = end
    }
    return seams
  }
}
