internal import JSON
internal import Tokenizers

/// Facts of a body whose text can be counted in tokens.
protocol CountedText {
  /// Nil where the text is not counted.
  var text: BodyText? { get set }
}

/// The texts of one body while their tokens are counted. They are never kept.
struct BodyText: Sendable, Equatable {
  private var counter: TokenCounter
  private var decoder = JSONTextDecoder()
  /// How many bytes more are counted: what counting may cost a thread has a limit.
  private var bytesLeft: Int
  /// Whether each value is a piece of one text that goes on, rather than a text of its own.
  var goesOn = false
  /// The label of the text that goes on.
  private var label: UInt8 = 0

  init(_ tokenizer: Tokenizer, bytesMax: Int) {
    counter = TokenCounter(tokenizer)
    bytesLeft = bytesMax
  }

  /// The tokens of all texts so far, and how many bytes of them were counted.
  var tally: TokenTally { counter.tally }

  /// Takes a part of the value with a label.
  ///
  /// - Parameter isWritten: whether it is a string as it is written, in which escapes are undone.
  mutating func take(_ part: RawSpan, of label: UInt8, isWritten: Bool) {
    // Text, reasoning and arguments that take turns are texts of their own.
    if label != self.label { counter.endText() }
    self.label = label
    guard bytesLeft > 0 else { return }
    bytesLeft &-= part.byteCount
    if isWritten { decoder.decode(part) { counter.append($0) } } else { counter.append(part) }
  }

  /// Ends a value.
  mutating func endValue() {
    decoder.end { counter.append($0) }
    if !goesOn { counter.endText() }
  }
}
