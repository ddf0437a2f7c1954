internal import JSON

/// Turns the values of JSON documents of one API into facts. Each request or reply of an API has one small type.
protocol DocumentWire: ~Copyable {
  associatedtype Facts

  /// A labelled object or array begins.
  mutating func begin(_ label: UInt8, _ json: borrowing JSONReader, _ facts: inout Facts)

  /// A labelled scalar, or the size of a value, was read.
  mutating func value(_ label: UInt8, _ json: borrowing JSONReader, _ facts: inout Facts)

  /// A labelled object or array ended.
  mutating func end(_ label: UInt8, _ json: inout JSONReader, _ facts: inout Facts)

  /// A document ended: the body, or the data of an event.
  mutating func endDocument(_ facts: inout Facts)

  /// Whether a labelled size is that of text that the provider counts tokens of, as far as it is known when the text begins.
  /// Text that is not told here is counted by its bytes.
  func isText(_ label: UInt8, _ facts: borrowing Facts) -> Bool
}

extension DocumentWire where Self: ~Copyable {
  func isText(_ label: UInt8, _ facts: borrowing Facts) -> Bool { false }
}

extension DocumentWire where Self: ~Copyable, Facts == RequestFacts {
  func isText(_ label: UInt8, _ facts: borrowing Facts) -> Bool { label == RequestMembers.Field.prompt.rawValue }
}

extension DocumentWire where Self: ~Copyable {
  /// Reads a part of a document.
  @inline(__always)
  mutating func read(_ bytes: RawSpan, with json: inout JSONReader, into facts: inout Facts) {
    var offset = 0
    while true {
      switch json.next(bytes, at: &offset) {
      case .needsMore, .failed: return
      case .begin(let label): begin(label, json, &facts)
      case .value(let label): value(label, json, &facts)
      case .end(let label): end(label, &json, &facts)
      case .documentEnd: endDocument(&facts)
      }
    }
  }
}

extension DocumentWire where Self: ~Copyable, Facts: CountedText {
  /// Reads a part of a document, and has the text within it counted where that is wanted.
  @inline(__always)
  mutating func read(_ bytes: RawSpan, with json: inout JSONReader, into facts: inout Facts) {
    var offset = 0
    while true {
      switch json.next(bytes, at: &offset) {
      case .needsMore:
        if facts.text != nil, let open = json.openSize, isText(open.label, facts) {
          facts.text?.take(bytes.extracting(open.start...), of: open.label, isWritten: open.isString)
        }
        return
      case .failed: return
      case .begin(let label): begin(label, json, &facts)
      case .value(let label):
        if facts.text != nil, isText(label, facts), let range = json.sizedRange {
          facts.text?.take(bytes.extracting(range), of: label, isWritten: json.kind == .string)
          facts.text?.endValue()
        }
        value(label, json, &facts)
      case .end(let label): end(label, &json, &facts)
      case .documentEnd: endDocument(&facts)
      }
    }
  }
}
