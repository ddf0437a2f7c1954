internal import JSON

/// Members that are more than one text.
extension RequestBody {
  func contains(_ name: String) -> Bool { member(name) != nil }

  /// A text that a type reads; nil where it is missing or null.
  func value<Value>(
    _ name: String, accepted: String, _ read: (String) -> Value?
  ) throws(ParameterError) -> Value? {
    guard let text = try text(name) else { return nil }
    guard let value = read(text) else { throw ParameterError(name, value: text, accepted: accepted) }
    return value
  }

  /// One of the names of an enum; nil where it is missing or null.
  func choice<Choice: RawRepresentable & CaseIterable>(
    _ name: String
  ) throws(ParameterError) -> Choice? where Choice.RawValue == String {
    try value(name, accepted: Choice.allCases.map(\.rawValue).joined(separator: ", ")) { Choice(rawValue: $0) }
  }

  /// `on` or `off`, or true or false; nil where it is missing or null.
  func switched(_ name: String) throws(ParameterError) -> Bool? {
    switch member(name) {
    case nil, .null: return nil
    case .bool(let value): return value
    case .string("on"): return true
    case .string("off"): return false
    case .some(let value): throw ParameterError(name, value: value.kind, accepted: "on or off")
    }
  }

  /// A text, or a list of texts; none where it is missing or null.
  func oneOrMore(_ name: String) throws(ParameterError) -> [String] {
    if case .string(let text) = member(name) { return [text] }
    return try texts(name) ?? []
  }

  /// The texts of a list that narrows something down; none where it is missing or null, which leaves it open. A list that names
  /// nothing is an error, as whoever writes one does not mean that.
  func narrowing(_ name: String) throws(ParameterError) -> [String] {
    guard let texts = try texts(name) else { return [] }
    guard !texts.isEmpty else {
      throw ParameterError(name, value: "[]", accepted: "a list of at least one name; without any, leave it out")
    }
    return texts
  }

  /// An object; nil where it is missing or null.
  func object(_ name: String) throws(ParameterError) -> RequestBody? {
    switch member(name) {
    case nil, .null: return nil
    case .some(let value): return try Self.object(value, name)
    }
  }

  /// The objects of a list; none where it is missing or null.
  func objects(_ name: String) throws(ParameterError) -> [RequestBody] {
    switch member(name) {
    case nil, .null: return []
    case .array(let values):
      var objects: [RequestBody] = []
      for value in values { objects.append(try Self.object(value, name)) }
      return objects
    case .some(let value): throw ParameterError(name, value: value.kind, accepted: "a list of objects")
    }
  }

  private static func object(_ value: JSONValue, _ name: String) throws(ParameterError) -> RequestBody {
    guard let members = value.members else { throw ParameterError(name, value: value.kind, accepted: "an object") }
    return RequestBody(members: members)
  }
}
