internal import JSON

/// Finds where `stream_options.include_usage` stands, or would have to be put.
struct StreamOptionsReader {
  private enum Options {
    case absent
    case object(Range<Int>, isEmpty: Bool)
    case other(Range<Int>)
  }

  private var options = Options.absent
  private var optionsStart = 0
  private var isObject = false
  private var includeStart = 0
  private var include: Range<Int>?

  /// Whether the last `include_usage` is `true`.
  private(set) var includesUsage = false
  /// Whether either of the two occurs twice.
  private(set) var isAmbiguous = false

  mutating func begin(_ field: ChatRequest.Field?, _ json: borrowing JSONReader) {
    switch field {
    case .streamOptions:
      meetOptions()
      optionsStart = json.valueStart
      isObject = json.isInObject
    case .includeUsage: includeStart = json.valueStart
    default: break
    }
  }

  mutating func value(_ field: ChatRequest.Field?, _ json: borrowing JSONReader) {
    switch field {
    case .streamOptions:
      meetOptions()
      options = .other(Self.range(json.valueStart, json.valueEnd))
    case .includeUsage: meetInclude(Self.range(json.valueStart, json.valueEnd), isTrue: json.isTrue)
    default: break
    }
  }

  mutating func end(_ field: ChatRequest.Field?, _ json: borrowing JSONReader) {
    switch field {
    case .streamOptions:
      let range = Self.range(optionsStart, json.valueEnd)
      options = isObject ? .object(range, isEmpty: json.isContainerEmpty) : .other(range)
    case .includeUsage: meetInclude(Self.range(includeStart, json.valueEnd), isTrue: false)
    default: break
    }
  }

  /// Where to splice; nil where nothing has to be.
  func location(brace: Int) -> StreamOptionsLocation? {
    if includesUsage { return nil }
    switch options {
    case .absent: return .insertMember(afterBrace: brace)
    case .other(let range), .object(let range, isEmpty: true): return .replaceValue(range, isWholeObject: true)
    case .object(let range, isEmpty: false):
      if let include { return .replaceValue(include, isWholeObject: false) }
      return .insertInclude(afterBrace: range.lowerBound)
    }
  }

  private mutating func meetOptions() {
    if case .absent = options {} else { isAmbiguous = true }
    include = nil
    includesUsage = false
  }

  private mutating func meetInclude(_ range: Range<Int>, isTrue: Bool) {
    if include != nil { isAmbiguous = true }
    include = range
    includesUsage = isTrue
  }

  private static func range(_ start: Int, _ end: Int) -> Range<Int> { start..<max(start, end) }
}
