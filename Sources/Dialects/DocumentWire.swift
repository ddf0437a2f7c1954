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

  /// Whether a labelled size is that of arguments of a tool call that is the client's.
  func isArguments(_ label: UInt8) -> Bool

  /// Whether a labelled value is what a conversation is told by: anything of a request, the visible text of a reply.
  func tellsConversation(_ label: UInt8) -> Bool
}

extension DocumentWire where Self: ~Copyable {
  func isText(_ label: UInt8, _ facts: borrowing Facts) -> Bool { false }
  func isMedia(_ label: UInt8, _ facts: borrowing Facts) -> Bool { false }
  func isArguments(_ label: UInt8) -> Bool { false }
  func tellsConversation(_ label: UInt8) -> Bool { false }
}

extension DocumentWire where Self: ~Copyable, Facts == RequestFacts {
  func isText(_ label: UInt8, _ facts: borrowing Facts) -> Bool { RequestMembers.isText(label) }
  func isMedia(_ label: UInt8, _ facts: borrowing Facts) -> Bool { label == RequestMembers.Field.media.rawValue }
  func tellsConversation(_ label: UInt8) -> Bool { true }
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
  ///
  /// Most of the time it is not: what is done then lies apart, so that the loop stays small.
  @inline(__always)
  mutating func read(_ bytes: RawSpan, with json: inout JSONReader, into facts: inout Facts) {
    var offset = 0
    while true {
      switch json.next(bytes, at: &offset) {
      case .needsMore:
        if facts.looksAtText || Facts.hasMedia || Facts.hasArguments { lookAtOpen(bytes, json, &facts) }
        if facts.followsValues, let open = json.openSize, tellsConversation(open.label) {
          facts.followOpen(open.label, bytes.extracting(open.start...))
        }
        return
      case .failed: return
      case .begin(let label):
        if facts.followsValues { facts.followBegin(label, json) }
        begin(label, json, &facts)
      case .value(let label):
        if isMedia(label, facts) || Facts.hasArguments && isArguments(label)
          || facts.looksAtText && isText(label, facts)
        {
          look(label, bytes, json, &facts)
        }
        if facts.followsValues, tellsConversation(label) { facts.follow(label, bytes, json) }
        value(label, json, &facts)
      case .end(let label):
        if facts.followsValues { facts.followEnd(label) }
        end(label, &json, &facts)
      case .documentEnd: endDocument(&facts)
      }
    }
  }

  @inline(never)
  private func look(_ label: UInt8, _ bytes: RawSpan, _ json: borrowing JSONReader, _ facts: inout Facts) {
    guard let range = json.sizedRange else { return }
    let part = bytes.extracting(range)
    if Facts.hasArguments, isArguments(label) {
      facts.takeArguments(part, isWritten: json.kind == .string)
      facts.endArguments()
    }
    if isMedia(label, facts) {
      facts.readMedia?.take(part)
      facts.readMedia?.endValue()
    } else if facts.looksAtText, isText(label, facts) {
      facts.text?.take(part, of: label, isWritten: json.kind == .string)
      facts.text?.endValue()
    }
  }

  @inline(never)
  private func lookAtOpen(_ bytes: RawSpan, _ json: borrowing JSONReader, _ facts: inout Facts) {
    guard let open = json.openSize else { return }
    let part = bytes.extracting(open.start...)
    if Facts.hasArguments, isArguments(open.label) { facts.takeArguments(part, isWritten: open.isString) }
    if isMedia(open.label, facts) {
      facts.readMedia?.take(part)
    } else if facts.looksAtText, isText(open.label, facts) {
      facts.text?.take(part, of: open.label, isWritten: open.isString)
    }
  }
}
