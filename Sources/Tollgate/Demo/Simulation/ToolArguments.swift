/// Makes arguments that fit a tool's schema.
enum ToolArguments {
  private static let depthMax = 4

  /// A value of the schema's type; of objects every property is given. A schema of an unknown kind gets a string.
  static func value(for schema: JSONValue, _ random: inout SeededRandom, depth: Int = 0) -> JSONValue {
    if let choice = schema["enum"].arrayValue.randomElement(using: &random) { return choice }
    switch schema["type"].stringValue {
    case "object":
      guard depth < depthMax else { return [:] }
      var members: [(name: String, value: JSONValue)] = []
      for property in schema["properties"].objectValue {
        members.append((property.name, value(for: property.value, &random, depth: depth + 1)))
      }
      return .object(members)
    case "array":
      return depth < depthMax ? [value(for: schema["items"], &random, depth: depth + 1)] : []
    case "integer", "number": return .count(Int.random(in: 1...50, using: &random))
    case "boolean": return .bool(Bool.random(using: &random))
    case "null": return nil
    default: return depth == 0 ? [:] : .string(SimulatedModel.prose(words: 2...6, &random))
    }
  }
}
