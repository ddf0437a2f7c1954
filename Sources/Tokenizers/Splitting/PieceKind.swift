/// What a piece of text consists of: tokenizers differ from each other by kind of text.
public enum PieceKind: Int, Sendable, CaseIterable {
  /// Latin letters, some of them lower case.
  case word
  /// Latin letters without lower case.
  case capitals
  case digits
  /// Punctuation, signs, and what is not UTF-8.
  case symbols
  case blanks
  /// Letters of Han, Hiragana, Katakana, Hangul.
  case eastAsian
  /// Letters of other scripts.
  case otherLetters

  static let count = 7
}

/// A piece of text that is encoded by itself.
struct Piece {
  var end: Int
  var kind: PieceKind
}
