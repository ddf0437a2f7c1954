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

  /// Whether a labelled size is that of an image, a sound or a file, as base64, data URL or address.
  func isMedia(_ label: UInt8, _ facts: borrowing Facts) -> Bool
}

extension DocumentWire where Self: ~Copyable {
  func isText(_ label: UInt8, _ facts: borrowing Facts) -> Bool { false }
  func isMedia(_ label: UInt8, _ facts: borrowing Facts) -> Bool { false }
}

extension DocumentWire where Self: ~Copyable, Facts == RequestFacts {
  func isText(_ label: UInt8, _ facts: borrowing Facts) -> Bool { RequestMembers.isText(label) }
  func isMedia(_ label: UInt8, _ facts: borrowing Facts) -> Bool { label == RequestMembers.Field.media.rawValue }
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
  /// Reads a part of a document, and looks at text and media within it where that is wanted.
  @inline(__always)
  mutating func read(_ bytes: RawSpan, with json: inout JSONReader, into facts: inout Facts) {
    var offset = 0
    while true {
      switch json.next(bytes, at: &offset) {
      case .needsMore:
        if let open = json.openSize {
          take(bytes.extracting(open.start...), of: open.label, isWritten: open.isString, ends: false, &facts)
        }
        return
      case .failed: return
      case .begin(let label): begin(label, json, &facts)
      case .value(let label):
        if let range = json.sizedRange {
          take(bytes.extracting(range), of: label, isWritten: json.kind == .string, ends: true, &facts)
        }
        value(label, json, &facts)
      case .end(let label): end(label, &json, &facts)
      case .documentEnd: endDocument(&facts)
      }
    }
  }

  @inline(__always)
  private func take(_ part: RawSpan, of label: UInt8, isWritten: Bool, ends: Bool, _ facts: inout Facts) {
    if facts.text != nil, isText(label, facts) {
      facts.text?.take(part, of: label, isWritten: isWritten)
      if ends { facts.text?.endValue() }
    } else if facts.readMedia != nil, isMedia(label, facts) {
      facts.readMedia?.take(part)
      if ends { facts.readMedia?.endValue() }
    }
  }
}
