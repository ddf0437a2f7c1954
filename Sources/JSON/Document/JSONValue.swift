/// A whole JSON document in memory: for price books and other small files that a person wrote, not for traffic.
public enum JSONValue: Sendable, Equatable {
  /// `null`.
  case null
  /// `true` or `false`.
  case bool(Bool)
  /// A number as the text that stands in the document, so that no reader can turn a price into a binary float.
  case number(String)
  /// A string, its escapes undone.
  case string(String)
  /// The elements in the order of the document.
  case array([JSONValue])
  /// The members in the order of the document. No name occurs twice.
  case object([JSONMember])
}

/// One name and value of an object.
public struct JSONMember: Sendable, Equatable {
  /// The name, its escapes undone.
  public var name: String
  /// The value.
  public var value: JSONValue

  /// A member.
  public init(name: String, value: JSONValue) {
    self.name = name
    self.value = value
  }
}

/// Why a document is not JSON, and where.
public struct JSONError: Error, Sendable, Equatable, CustomStringConvertible {
  /// What is wrong, as the end of a sentence: `a value is missing`.
  public var reason: String
  /// From 1.
  public var line: Int
  /// From 1, in Unicode scalars.
  public var column: Int

  /// An error at a place.
  public init(reason: String, line: Int, column: Int) {
    self.reason = reason
    self.line = line
    self.column = column
  }

  /// The place and the reason: `line 3, column 7: a colon is missing`.
  public var description: String { "line \(line), column \(column): \(reason)" }
}

extension JSONValue {
  /// The longest document that ``parse(_:)`` takes.
  public static let documentBytesMax = 64 << 20
  /// How deep arrays and objects may stand in each other.
  public static let depthMax = 128

  /// Reads one document of RFC 8259 in UTF-8, with or without a byte order mark.
  ///
  /// Stricter than the grammar where a person has most likely made a mistake: a name that occurs twice in an object,
  /// text that is not UTF-8 and lone surrogates are errors.
  public static func parse(_ bytes: [UInt8]) throws(JSONError) -> JSONValue {
    var parser = DocumentParser(bytes: bytes)
    return try parser.parse()
  }

  /// The value of an object's member; nil where this is no object or has no such member.
  public subscript(name: String) -> JSONValue? {
    guard case .object(let members) = self else { return nil }
    return members.first { $0.name == name }?.value
  }

  /// The members of an object; nil where this is none.
  public var members: [JSONMember]? {
    if case .object(let members) = self { members } else { nil }
  }

  /// The elements of an array; nil where this is none.
  public var elements: [JSONValue]? {
    if case .array(let elements) = self { elements } else { nil }
  }

  /// The text of a string; nil where this is none.
  public var string: String? {
    if case .string(let text) = self { text } else { nil }
  }

  /// The value of a boolean; nil where this is none.
  public var bool: Bool? {
    if case .bool(let value) = self { value } else { nil }
  }

  /// The value of a number that is an integer of 64 bits, written without fraction and exponent; nil for all else.
  public var integer: Int64? {
    if case .number(let text) = self { Int64(text) } else { nil }
  }

  /// What kind of value this is, for messages: `a string`.
  public var kind: String {
    switch self {
    case .null: "null"
    case .bool: "a boolean"
    case .number: "a number"
    case .string: "a string"
    case .array: "an array"
    case .object: "an object"
    }
  }
}
