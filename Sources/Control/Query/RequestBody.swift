internal import JSON
internal import Metering
internal import Observability

/// The members of a request's body, each asked for by name; what was not asked for is an error.
struct RequestBody {
  private let members: [JSONMember]

  init(members: [JSONMember]) { self.members = members }

  init(_ bytes: [UInt8]) throws(Problem) {
    let value: JSONValue
    do throws(JSONError) {
      value = try JSONValue.parse(bytes)
    } catch {
      throw Problem(400, "Bad body", "The body is not JSON: \(error.description).")
    }
    guard let members = value.members else {
      throw Problem(400, "Bad body", "The body must be a JSON object, not \(value.kind).")
    }
    self.members = members
  }

  /// Refuses members beside those that are known.
  func check(known: [String]) throws(ParameterError) {
    guard let other = members.first(where: { !known.contains($0.name) }) else { return }
    throw ParameterError(
      other.name, value: "", accepted: "a member named " + known.joined(separator: ", "))
  }

  /// A text; nil where it is missing or null.
  func text(_ name: String) throws(ParameterError) -> String? {
    switch member(name) {
    case nil, .null: return nil
    case .string(let text): return text
    case .some(let value): throw ParameterError(name, value: value.kind, accepted: "a string")
    }
  }

  /// A text that must be there.
  func requiredText(_ name: String) throws(ParameterError) -> String {
    guard let text = try text(name), !text.isEmpty else {
      throw ParameterError(name, value: "", accepted: "a string that is not empty")
    }
    return text
  }

  /// The texts of a list; nil where it is missing or null.
  func texts(_ name: String) throws(ParameterError) -> [String]? {
    switch member(name) {
    case nil, .null: return nil
    case .array(let values):
      var texts: [String] = []
      for value in values {
        guard case .string(let text) = value else {
          throw ParameterError(name, value: value.kind, accepted: "a list of strings")
        }
        texts.append(text)
      }
      return texts
    case .some(let value): throw ParameterError(name, value: value.kind, accepted: "a list of strings")
    }
  }

  /// A whole number; nil where it is missing or null.
  func integer(_ name: String) throws(ParameterError) -> Int64? {
    switch member(name) {
    case nil, .null: return nil
    case .number(let text):
      guard let number = Int64(text) else { throw ParameterError(name, value: text, accepted: "a whole number") }
      return number
    case .some(let value): throw ParameterError(name, value: value.kind, accepted: "a whole number")
    }
  }

  /// False where it is missing or null.
  func flag(_ name: String) throws(ParameterError) -> Bool {
    switch member(name) {
    case nil, .null: return false
    case .bool(let value): return value
    case .some(let value): throw ParameterError(name, value: value.kind, accepted: "true or false")
    }
  }

  /// A point of time that must be there.
  func instant(_ name: String) throws(ParameterError) -> Timestamp {
    let text = try requiredText(name)
    guard let instant = Timestamp(rfc3339: text) ?? Timestamp(date: text, utcOffsetSeconds: 0) else {
      throw ParameterError(name, value: text, accepted: "a time such as 2026-11-23T06:00:00Z, or a date (UTC)")
    }
    return instant
  }

  func member(_ name: String) -> JSONValue? { members.first { $0.name == name }?.value }
}
