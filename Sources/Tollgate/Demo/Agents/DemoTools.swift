/// A tool that an agent of the demo offers.
struct DemoTool: Sendable {
  var name: String
  var description: String
  /// Names of its arguments, all of them texts.
  var arguments: [String]

  var schema: JSONValue {
    let properties = arguments.map { (name: $0, value: JSONValue.object([("type", "string")])) }
    return ["type": "object", "properties": .object(properties), "required": .array(arguments.map { .string($0) })]
  }
}
