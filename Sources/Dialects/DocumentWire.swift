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
