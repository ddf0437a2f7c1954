internal import JSON
internal import Tokenizers

/// Facts of a body whose text is looked at while it is read.
protocol CountedText {
  /// Whether the bodies may have media.
  static var hasMedia: Bool { get }
  /// Whether ``text`` is there: apart, since it is asked for with every value.
  var looksAtText: Bool { get }
  /// Nil where text is not looked at.
  var text: BodyText? { get set }
  /// What is handed over beside text; nil where it does not matter.
  var readMedia: BodyMedia? { get set }
  /// Whether the arguments of tool calls are looked at.
  static var hasArguments: Bool { get }
  /// Takes a part of the arguments of a tool call.
  ///
  /// - Parameter isWritten: whether it is a string as it is written, in which escapes are to be undone.
  mutating func takeArguments(_ part: RawSpan, isWritten: Bool)
  mutating func endArguments()
  /// Whether fingerprints are made of the values.
  var followsValues: Bool { get }
  /// Takes a labelled value that ended, for its fingerprint.
  mutating func follow(_ label: UInt8, _ bytes: RawSpan, _ json: borrowing JSONReader)
  /// Takes the begin and the end of a labelled object or array.
  mutating func followBegin(_ label: UInt8, _ json: borrowing JSONReader)
  mutating func followEnd(_ label: UInt8)
  /// Takes what the present part has of a value that goes on.
  mutating func followOpen(_ label: UInt8, _ part: RawSpan)
}

extension CountedText {
  static var hasArguments: Bool { false }
  mutating func takeArguments(_ part: RawSpan, isWritten: Bool) {}
  mutating func endArguments() {}
  mutating func followBegin(_ label: UInt8, _ json: borrowing JSONReader) {}
  mutating func followEnd(_ label: UInt8) {}
}

/// The texts of one body while their tokens are counted, or what bounds them. They are never kept.
struct BodyText: Sendable, Equatable {
  private var counter: TokenCounter?
  private(set) var census = TextCensus()
  private var decoder = JSONTextDecoder()
  /// How many bytes more are counted: what counting may cost a thread has a limit.
  private var bytesLeft: Int
  /// Whether each value is a piece of one text that goes on, rather than a text of its own.
  var goesOn = false
  /// The label of the text that goes on.
  private var label: UInt8 = 0

  /// - Parameter tokenizer: nil where only the bound matters, which is many times faster.
  init(_ tokenizer: Tokenizer?, bytesMax: Int) {
    counter = tokenizer.map { TokenCounter($0) }
    bytesLeft = bytesMax
  }

  /// The tokens of all texts so far, and how many bytes of them were counted.
  var tally: TokenTally? { counter?.tally }

  /// Takes a part of the value with a label.
  ///
  /// - Parameter isWritten: whether it is a string as it is written, in which escapes are undone.
  mutating func take(_ part: RawSpan, of label: UInt8, isWritten: Bool) {
    census.take(part)
    guard counter != nil else { return }
    // Text, reasoning and arguments that take turns are texts of their own.
    if label != self.label { counter?.endText() }
    self.label = label
    guard bytesLeft > 0 else { return }
    bytesLeft &-= part.byteCount
    if isWritten { decoder.decode(part) { counter?.append($0) } } else { counter?.append(part) }
  }

  /// Ends a value.
  mutating func endValue() {
    guard counter != nil else { return }
    decoder.end { counter?.append($0) }
    if !goesOn { counter?.endText() }
  }
}
