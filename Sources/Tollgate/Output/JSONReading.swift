import JSON

extension JSONValue {
  /// Reads JSON, numbers to their last digit. The members of objects come in the order of the document.
  ///
  /// - Returns: nil where `bytes` are not one JSON value.
  static func parse(_ bytes: some Sequence<UInt8>) -> JSONValue? {
    do throws(JSONError) {
      return JSONValue(try JSON.JSONValue.parse(Array(bytes)))
    } catch {
      return nil
    }
  }

  private init(_ value: JSON.JSONValue) {
    switch value {
    case .null: self = .null
    case .bool(let value): self = .bool(value)
    case .number(let text): self = Int128(text).map { .integer($0) } ?? .decimal(text)
    case .string(let text): self = .string(text)
    case .array(let elements): self = .array(elements.map { JSONValue($0) })
    case .object(let members): self = .object(members.map { (name: $0.name, value: JSONValue($0.value)) })
    }
  }
}
