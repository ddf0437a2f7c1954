extension SimulatedRequest {
  /// Reads the body of a Messages request.
  ///
  /// - Parameter needsLimit: false for `count_tokens`, which names no `max_tokens`.
  init(messages body: JSONValue, needsLimit: Bool = true) throws(SimulatedRefusal) {
    guard let model = body["model"].stringValue else { throw .invalid("model: Field required") }
    let limit = Self.limit(body["max_tokens"])
    guard limit != nil || !needsLimit else { throw .invalid("max_tokens: Field required") }
    guard case .array(let messages) = body["messages"], !messages.isEmpty else {
      throw .invalid("messages: at least one message is required")
    }
    self.init(model: model)
    outputTokensMax = limit
    wantsStream = body["stream"].boolValue ?? false
    wantsStreamUsage = true
    wantsReasoning = ["enabled", "adaptive"].contains(body["thinking"]["type"].stringValue)
    for part in [body["tools"], body["system"]] where !part.isNull { blocks.append(Self.block(part)) }
    blocks += messages.map(Self.block)
    let lastContent = messages.last?["content"].arrayValue ?? []
    endsWithToolResults = lastContent.contains { $0["type"].stringValue == "tool_result" }
    assistantTurns = messages.count { $0["role"].stringValue == "assistant" }
    tools = body["tools"].arrayValue.compactMap { tool in
      tool["name"].stringValue.map { Tool(name: $0, schema: tool["input_schema"]) }
    }
    let choice = body["tool_choice"]
    allowsParallelTools = choice["disable_parallel_tool_use"].boolValue != true
    switch choice["type"].stringValue {
    case "any": toolChoice = .any
    case "none": toolChoice = .none
    case "tool": toolChoice = choice["name"].stringValue.map(ToolChoice.named) ?? .any
    default: toolChoice = .auto
    }
  }

  private static func block(_ value: JSONValue) -> Block {
    Block(text: value.text, cacheLifetime: cacheLifetime(value))
  }

  /// The first `cache_control` in a block: its own, or of a part of its content.
  private static func cacheLifetime(_ value: JSONValue) -> CacheLifetime? {
    let control = value["cache_control"]
    if !control.isNull { return control["ttl"].stringValue == "1h" ? .oneHour : .fiveMinutes }
    for part in value.arrayValue + value["content"].arrayValue {
      if let lifetime = cacheLifetime(part) { return lifetime }
    }
    return nil
  }
}
