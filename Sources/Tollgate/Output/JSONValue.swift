import Observability

/// A JSON value whose objects keep the order of their members when written.
enum JSONValue: Sendable, Equatable {
  case null
  case bool(Bool)
  case integer(Int128)
  case decimal(String)
  case string(String)
  case array([JSONValue])
  case object([(name: String, value: JSONValue)])

  /// The order of an object's members does not matter.
  static func == (lhs: JSONValue, rhs: JSONValue) -> Bool {
    switch (lhs, rhs) {
    case (.null, .null): true
    case (.bool(let left), .bool(let right)): left == right
    case (.integer(let left), .integer(let right)): left == right
    case (.decimal(let left), .decimal(let right)): left == right
    case (.string(let left), .string(let right)): left == right
    case (.array(let left), .array(let right)): left == right
    case (.object(let left), .object(let right)):
      left.count == right.count
        && zip(left.sorted { $0.name < $1.name }, right.sorted { $0.name < $1.name }).allSatisfy {
          $0.name == $1.name && $0.value == $1.value
        }
    default: false
    }
  }

  /// Compact JSON.
  var bytes: [UInt8] {
    var writer = JSONWriter()
    write(to: &writer)
    return writer.bytes
  }

  /// ``bytes`` as text.
  var text: String { String(decoding: bytes, as: UTF8.self) }

  private func write(to writer: inout JSONWriter) {
    switch self {
    case .null: writer.null()
    case .bool(let value): writer.bool(value)
    case .integer(let value): writer.integer(value)
    case .decimal(let value): writer.literal(value)
    case .string(let value): writer.string(value)
    case .array(let values):
      writer.array { writer in
        for value in values { value.write(to: &writer) }
      }
    case .object(let members):
      writer.object { writer in
        for member in members {
          writer.key(member.name)
          member.value.write(to: &writer)
        }
      }
    }
  }
}

extension JSONValue {
  /// An optional text: null where it is missing.
  init(_ text: String?) { self = text.map(JSONValue.string) ?? .null }

  /// A count.
  static func count(_ value: some BinaryInteger) -> JSONValue { .integer(Int128(truncatingIfNeeded: value)) }

  /// The member of an object, or null.
  subscript(name: String) -> JSONValue {
    guard case .object(let members) = self else { return .null }
    return members.first { $0.name == name }?.value ?? .null
  }

  var stringValue: String? { if case .string(let value) = self { value } else { nil } }
  var integerValue: Int128? { if case .integer(let value) = self { value } else { nil } }
  var boolValue: Bool? { if case .bool(let value) = self { value } else { nil } }
  var arrayValue: [JSONValue] { if case .array(let values) = self { values } else { [] } }
  var objectValue: [(name: String, value: JSONValue)] { if case .object(let members) = self { members } else { [] } }
  var isNull: Bool { if case .null = self { true } else { false } }
}

extension JSONValue: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByBooleanLiteral,
  ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral, ExpressibleByNilLiteral
{
  init(stringLiteral value: String) { self = .string(value) }
  init(integerLiteral value: Int64) { self = .integer(Int128(value)) }
  init(booleanLiteral value: Bool) { self = .bool(value) }
  init(arrayLiteral elements: JSONValue...) { self = .array(elements) }
  init(dictionaryLiteral elements: (String, JSONValue)...) { self = .object(elements.map { (name: $0, value: $1) }) }
  init(nilLiteral: ()) { self = .null }
}
