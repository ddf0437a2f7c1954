internal import JSON

extension RequestFacts {
  @inline(__always)
  var followsValues: Bool { reading != nil }

  mutating func follow(_ label: UInt8, _ bytes: RawSpan, _ json: borrowing JSONReader) {
    if let field = Self.declaration(label) { reading?.declared.value(field, json) }
    guard isFollowed(label), let range = json.sizedRange else { return }
    reading?.end(bytes.extracting(range), of: label)
  }

  mutating func followOpen(_ label: UInt8, _ part: RawSpan) {
    if isFollowed(label) { reading?.take(part, of: label) }
  }

  mutating func followBegin(_ label: UInt8, _ json: borrowing JSONReader) {
    if let field = Self.declaration(label) { reading?.declared.begin(field, json) }
  }

  mutating func followEnd(_ label: UInt8) {
    if let field = Self.declaration(label) { reading?.declared.end(field) }
  }

  /// What a label stands for within the declaration of a tool.
  @inline(__always)
  private static func declaration(_ label: UInt8) -> RequestMembers.Field? {
    label >= RequestMembers.Field.knownType.rawValue ? RequestMembers.Field(rawValue: label) : nil
  }

  /// Whether a value with the label is part of what the conversation is told by.
  @inline(__always)
  private func isFollowed(_ label: UInt8) -> Bool {
    if label == RequestMembers.Field.thought.rawValue { return false }
    return reading?.isInMessage == true || label == RequestMembers.Field.instructions.rawValue
      || label == RequestMembers.Field.soleMessage.rawValue
  }
}
