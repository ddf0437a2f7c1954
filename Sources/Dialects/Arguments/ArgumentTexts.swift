internal import JSON

/// The arguments of the tool calls of a reply while they are read.
///
/// Which call a fragment is of may be told behind it, so that fragments wait until then. A text that is too long to wait is taken for
/// the whole of a call's arguments.
struct ArgumentTexts {
  /// How much text waits at a time.
  static let waitingBytesMax = 64 << 10

  /// A text that waits: where it stands among those that do, or what was read of one that is too long.
  struct Text {
    fileprivate var range = 0..<0
    fileprivate var long: ArgumentScan?
    /// Whether it is the whole of a call's arguments, rather than a fragment that goes on.
    var isWhole = false
    /// Whether it is text of the tool's own.
    var isFree = false

    var isEmpty: Bool { range.isEmpty && long == nil }
  }

  /// Whether texts are taken at all.
  private let isOn: Bool
  /// Of each call that is kept, by its place.
  private var scans: [ArgumentScan] = []
  private var waiting: [UInt8] = []
  /// Where the text that is read begins.
  private var start = 0
  private var long: ArgumentScan?
  private var decoder = JSONTextDecoder()

  init(isOn: Bool) { self.isOn = isOn }

  /// A call is kept, at the next place.
  mutating func addCall() { scans.append(ArgumentScan()) }

  /// Takes a part of a value.
  ///
  /// - Parameter isWritten: whether it is a string as it is written, in which escapes are to be undone.
  mutating func take(_ part: RawSpan, isWritten: Bool) {
    guard isWritten else { return append(part) }
    var decoder = decoder
    decoder.decode(part) { append($0) }
    self.decoder = decoder
  }

  mutating func endValue() {
    var decoder = decoder
    decoder.end { append($0) }
    self.decoder = decoder
  }

  private mutating func append(_ part: RawSpan) {
    if long == nil, waiting.count &+ part.byteCount <= Self.waitingBytesMax {
      part.withUnsafeBytes { waiting.append(contentsOf: $0) }
      return
    }
    if long == nil {
      var scan = ArgumentScan()
      scan.take(waiting.span.bytes.extracting(start..<waiting.count))
      long = scan
      waiting.removeSubrange(start...)
    }
    long?.take(part)
  }

  /// What was read since the last time.
  mutating func takeText() -> Text {
    let text = Text(range: start..<waiting.count, long: long.take())
    start = waiting.count
    decoder = JSONTextDecoder()
    return text
  }

  /// Adds a text to the arguments of the call at a place.
  mutating func add(_ text: Text, to place: Int) {
    guard isOn, scans.indices.contains(place) else { return }
    var scan = ArgumentScan()
    swap(&scan, &scans[place])
    scan.add(text.isWhole, isFreeText: text.isFree, long: text.long)
    if !text.range.isEmpty, text.range.upperBound <= waiting.count {
      scan.take(waiting.span.bytes.extracting(text.range))
    }
    swap(&scan, &scans[place])
  }

  /// Lets go of texts that wait.
  mutating func clear() {
    guard !waiting.isEmpty || long != nil else { return }
    waiting.removeAll(keepingCapacity: true)
    start = 0
    long = nil
  }

  /// What is known of each call that is kept.
  consuming func finish() -> [ToolArguments] { scans.map { $0.finish() } }
}
