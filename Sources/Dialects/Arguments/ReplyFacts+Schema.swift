internal import Metering

extension ReplyFacts {
  /// Compares what the reply calls with what the request declares.
  ///
  /// - Parameter key: the one that the request's fingerprints were made with.
  public mutating func compareTools(with conversation: ConversationFacts, by key: FingerprintKey) {
    guard !toolCalls.isEmpty, toolArguments.count == toolCalls.count else { return }
    for place in toolArguments.indices {
      let name = key.fingerprint(of: toolCalls[place].name)
      if let tool = conversation.tools.first(where: { $0.name == name }) {
        toolArguments[place].misfit = toolArguments[place].misfit(of: tool, by: key)
      } else if conversation.areAllToolsKnown {
        toolArguments[place].isDeclared = false
      }
      toolArguments[place].members = ArgumentMembers()
    }
  }
}

extension ToolArguments {
  /// How the arguments break a tool's schema at the top; nil where they do not, or where it cannot be told.
  func misfit(of tool: DeclaredTool, by key: FingerprintKey) -> ArgumentMisfit? {
    switch form {
    case .text, .unknown, .notJSON: return nil
    case .notObject: return tool.isSchemaKnown ? .wrongType : nil
    case .object: break
    }
    guard tool.isSchemaKnown, members.isWhole else { return nil }
    var met: Set<Fingerprint> = []
    for member in members.list {
      let name = key.fingerprint(of: member.name.span.bytes)
      met.insert(name)
      guard let property = tool.properties.first(where: { $0.name == name }) else {
        if tool.allowsOthers { continue }
        return .unexpected
      }
      if property.types.isDisjoint(with: member.kind.types) { return .wrongType }
    }
    let isMissing = tool.properties.contains { $0.isRequired && !met.contains($0.name) }
    return isMissing ? .missing : nil
  }
}

extension ArgumentMembers.Kind {
  /// The types of JSON Schema that the value has.
  var types: JSONTypeSet {
    switch self {
    case .string: .string
    case .boolean: .boolean
    case .object: .object
    case .array: .array
    case .null: .null
    case .whole: [.integer, .number]
    case .fraction: .number
    }
  }
}
