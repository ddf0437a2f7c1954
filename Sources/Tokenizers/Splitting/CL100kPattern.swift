/// How cl100k splits text into pieces, written out by hand after its pattern in tiktoken.
extension TextView {
  /// The piece that begins at an index within the text.
  @inline(__always)
  mutating func cl100kPiece(at index: Int) -> Piece {
    let contraction = contractionEnd(from: index)
    if contraction > index { return Piece(end: contraction, kind: .word) }
    let (first, length) = scalar(at: index)
    if first.meets(.number) { return digits(from: index) }
    if !first.meets(.lineBreak) {
      let start = first.meets(.letter) ? index : index &+ length
      let piece = letters(from: start)
      if piece.end > start { return piece }
    }
    if var end = symbolsEnd(from: index) {
      while end < count, bytes[end] == 0x0A || bytes[end] == 0x0D { end &+= 1 }
      if end == count { touchesEnd = true }
      return Piece(end: end, kind: .symbols)
    }
    let run = blanks(from: index)
    if run.end == count { return Piece(end: run.end, kind: .blanks) }
    if let end = run.lineBreakEnd { return Piece(end: end, kind: .blanks) }
    // The last blank goes with what follows.
    return Piece(end: run.last == index ? run.end : run.last, kind: .blanks)
  }

  @inline(__always)
  private mutating func letters(from start: Int) -> Piece {
    var index = start
    var classes: ScalarClass = []
    var hasLowercase = false
    while index < count {
      let (scalar, length) = scalar(at: index)
      guard scalar.meets(.letter) else { break }
      classes.formUnion(scalar)
      if !scalar.meets(.head) { hasLowercase = true }
      index &+= length
    }
    if index == count { touchesEnd = true }
    if classes.meets(.eastAsian) { return Piece(end: index, kind: .eastAsian) }
    guard classes.meets(.latin) else { return Piece(end: index, kind: .otherLetters) }
    return Piece(end: index, kind: hasLowercase ? .word : .capitals)
  }
}
