internal import JSON

extension ReplyTally {
  /// Until the reply's beginning is known.
  @inline(__always)
  var followsValues: Bool { !facts.opening.isFull }

  mutating func follow(_ label: UInt8, _ bytes: RawSpan, _ json: borrowing JSONReader) {
    if json.kind == .string, let range = json.sizedRange { facts.opening.take(bytes.extracting(range)) }
  }

  mutating func followOpen(_ label: UInt8, _ part: RawSpan) { facts.opening.take(part) }
}
