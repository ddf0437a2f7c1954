/// How o200k splits text into pieces, written out by hand after its pattern in tiktoken.
extension TextView {
  private struct Word {
    /// Where a word with a tail ends (the pattern's first branch); nil where no letter can be its tail.
    var end: Int?
    /// Where the run of what a word can begin with ends (the second branch).
    var headEnd: Int
    var classes: ScalarClass
    var hasLowercase: Bool

    var kind: PieceKind {
      if classes.meets(.eastAsian) { return .eastAsian }
      guard classes.meets(.latin) else { return .otherLetters }
      return hasLowercase ? .word : .capitals
    }
  }

  /// The piece that begins at an index within the text.
  @inline(__always)
  mutating func o200kPiece(at index: Int) -> Piece {
    let (first, length) = scalar(at: index)
    if first.meets(.letter) {
      let word = word(from: index)
      return Piece(end: contractionEnd(from: word.end ?? word.headEnd), kind: word.kind)
    }
    if first.meets(.number) { return digits(from: index) }
    if !first.meets(.lineBreak), let piece = prefixed(by: first, at: index, wordStart: index &+ length) { return piece }
    if var end = symbolsEnd(from: index) {
      while end < count, bytes[end] == 0x0A || bytes[end] == 0x0D || bytes[end] == UInt8(ascii: "/") { end &+= 1 }
      if end == count { touchesEnd = true }
      return Piece(end: end, kind: .symbols)
    }
    let run = blanks(from: index)
    if let end = run.lineBreakEnd { return Piece(end: end, kind: .blanks) }
    // The last blank goes with what follows.
    let isLast = run.end == count || run.last == index
    return Piece(end: isLast ? run.end : run.last, kind: .blanks)
  }

  /// A word with one scalar before it that is neither letter nor digit. A mark may as well begin the word.
  @inline(__always)
  private mutating func prefixed(by first: ScalarClass, at index: Int, wordStart: Int) -> Piece? {
    let word = word(from: wordStart)
    if let end = word.end { return Piece(end: contractionEnd(from: end), kind: word.kind) }
    if first.meets([.head, .tail]) {
      let own = self.word(from: index)
      return Piece(end: contractionEnd(from: own.end ?? own.headEnd), kind: own.kind)
    }
    guard word.headEnd > wordStart else { return nil }
    return Piece(end: contractionEnd(from: word.headEnd), kind: word.kind)
  }

  /// The letters and marks from an index on.
  @inline(__always)
  private mutating func word(from start: Int) -> Word {
    var index = start
    var tailEnd: Int?
    var classes: ScalarClass = []
    while index < count {
      let (scalar, length) = scalar(at: index)
      guard scalar.meets(.head) else { break }
      classes.formUnion(scalar)
      index &+= length
      if scalar.meets(.tail) { tailEnd = index }
    }
    let headEnd = index
    while index < count {
      let (scalar, length) = scalar(at: index)
      guard scalar.meets(.tail) else { break }
      classes.formUnion(scalar)
      index &+= length
    }
    if index == count { touchesEnd = true }
    // Without a tail behind it, the head gives back what is both: a letter without case, or a mark.
    let hasLowercase = index > headEnd
    return Word(end: hasLowercase ? index : tailEnd, headEnd: headEnd, classes: classes, hasLowercase: hasLowercase)
  }
}
