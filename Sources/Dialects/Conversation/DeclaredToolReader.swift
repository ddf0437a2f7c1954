internal import JSON

/// Reads which tools a request declares, and what is required of their arguments at the top.
struct DeclaredToolReader: Sendable {
  private let key: FingerprintKey
  private(set) var tools: [DeclaredTool] = []
  private(set) var areAllKnown = true
  /// Whether the model has to call a tool.
  private(set) var forcesCall = false

  private var tool: DeclaredTool?
  /// What a tool is called that has no name: some of the provider's are called by the client under their type.
  private var type: Fingerprint?
  private var hasAlternatives = false
  private var required: [Fingerprint] = []
  private var hasTypes = false
  /// Whether a tool is being read.
  private(set) var isInTool = false

  init(key: FingerprintKey) { self.key = key }

  mutating func begin(_ field: RequestMembers.Field, _ json: borrowing JSONReader) {
    switch field {
    case .tool where json.isInObject:
      isInTool = true
      tool = nil
      type = nil
    case .schema where json.isInObject:
      hasAlternatives = false
      required.removeAll(keepingCapacity: true)
      change { tool in
        tool.properties.removeAll()
        tool.isSchemaKnown = true
        tool.allowsOthers = true
      }
    case .property: beginProperty(json)
    default: break
    }
  }

  mutating func value(_ field: RequestMembers.Field, _ json: borrowing JSONReader) {
    switch field {
    case .declaredName:
      guard let name = fingerprint(of: json) else { return areAllKnown = false }
      change { $0.name = name }
    case .knownType: readType(json)
    case .property: beginProperty(json)
    case .propertyType: addType(json)
    case .nullable: if json.isTrue { changeProperty { $0.types.insert(.null) } }
    case .requiredName:
      if let name = fingerprint(of: json), required.count < DeclaredTool.propertiesMax { required.append(name) }
    case .additional: if json.kind == .bool, !json.isTrue { change { $0.allowsOthers = false } }
    case .alternatives: hasAlternatives = true
    case .moreTools: areAllKnown = false
    case .toolChoice: if json.word != nil { forcesCall = true }
    case .forcedTool: if json.kind != .null { forcesCall = true }
    default: break
    }
  }

  mutating func end(_ field: RequestMembers.Field) {
    switch field {
    case .tool: endTool()
    case .schema: endSchema()
    default: break
    }
  }

  /// A function's name follows. What is a computer to the provider is called `computer` by the model.
  private mutating func readType(_ json: borrowing JSONReader) {
    guard isInTool, json.kind == .string else { return }
    let isComputer = json.string.hasPrefix("computer")
    type = isComputer ? key.fingerprint(of: "computer") : fingerprint(of: json)
    // A server of tools, and groups of tools that are looked up.
    if ["mcp", "namespace", "tool_search"].contains(where: json.string.hasPrefix) { areAllKnown = false }
  }

  private mutating func endTool() {
    defer {
      tool = nil
      type = nil
      isInTool = false
    }
    guard tools.count < ConversationFacts.toolsMax else { return areAllKnown = false }
    if let tool, tool.name != Self.unnamed {
      tools.append(tool)
    } else if let type {
      tools.append(DeclaredTool(name: type))
    }
  }

  private mutating func endSchema() {
    let required = required
    let isKnown = !hasAlternatives
    change { tool in
      if !isKnown { tool.isSchemaKnown = false }
      for name in required {
        if let place = tool.properties.firstIndex(where: { $0.name == name }) {
          tool.properties[place].isRequired = true
        } else if tool.properties.count < DeclaredTool.propertiesMax {
          tool.properties.append(DeclaredProperty(name: name, isRequired: true))
        }
      }
    }
  }

  /// A property begins: its name is what was read last.
  private mutating func beginProperty(_ json: borrowing JSONReader) {
    hasTypes = false
    guard json.isTextWhole else { return change { $0.isSchemaKnown = false } }
    let name = json.withKeptText { key.fingerprint(of: $0) }
    change { tool in
      guard tool.properties.count < DeclaredTool.propertiesMax else { return tool.isSchemaKnown = false }
      tool.properties.append(DeclaredProperty(name: name))
    }
  }

  private mutating func addType(_ json: borrowing JSONReader) {
    guard json.kind == .string else { return }
    let type = json.word.flatMap { Self.types.indices.contains($0) ? Self.types[$0].type : nil } ?? .all
    let isFirst = !hasTypes
    hasTypes = true
    changeProperty { $0.types = isFirst ? type : $0.types.union(type) }
  }

  private static let types: [(name: String, type: JSONTypeSet)] = [
    ("string", .string), ("integer", .integer), ("number", [.number, .integer]), ("boolean", .boolean),
    ("object", .object), ("array", .array), ("null", .null),
    // As OpenAPI's enumeration has them.
    ("STRING", .string), ("INTEGER", .integer), ("NUMBER", [.number, .integer]), ("BOOLEAN", .boolean),
    ("OBJECT", .object), ("ARRAY", .array), ("NULL", .null),
  ]
  static let typeNames = types.map(\.name)

  private static let unnamed = Fingerprint(bits: 0)

  private mutating func change(_ change: (inout DeclaredTool) -> Void) {
    guard isInTool else { return }
    var tool = tool.take() ?? DeclaredTool(name: Self.unnamed)
    change(&tool)
    self.tool = tool
  }

  private mutating func changeProperty(_ change: (inout DeclaredProperty) -> Void) {
    self.change { tool in
      guard let last = tool.properties.indices.last else { return }
      change(&tool.properties[last])
    }
  }

  private func fingerprint(of json: borrowing JSONReader) -> Fingerprint? {
    guard json.kind == .string, json.size > 0, json.isTextWhole else { return nil }
    return json.withKeptText { key.fingerprint(of: $0) }
  }
}
