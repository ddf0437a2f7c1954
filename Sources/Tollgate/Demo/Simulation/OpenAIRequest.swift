extension SimulatedRequest {
  /// Reads the body of a Chat Completions request.
  init(chat body: JSONValue) throws(SimulatedRefusal) {
    try self.init(openAI: body, conversation: "messages")
    outputTokensMax = Self.limit(body["max_completion_tokens"]) ?? Self.limit(body["max_tokens"])
    wantsStreamUsage = body["stream_options"]["include_usage"].boolValue ?? false
    wantsReasoning = body["reasoning_effort"].stringValue.map { $0 != "none" } ?? false
    let messages = body["messages"].arrayValue
    blocks += messages.map { Block(text: $0.text) }
    endsWithToolResults = messages.last?["role"].stringValue == "tool"
    assistantTurns = messages.count { $0["role"].stringValue == "assistant" }
    tools = body["tools"].arrayValue.compactMap { tool in
      tool["function"]["name"].stringValue.map { Tool(name: $0, schema: tool["function"]["parameters"]) }
    }
    toolChoice = Self.choice(body["tool_choice"], name: body["tool_choice"]["function"]["name"].stringValue)
  }

  /// Reads the body of a Completions request: a prompt, or several, which are completed as one.
  init(completion body: JSONValue) throws(SimulatedRefusal) {
    try self.init(openAI: body, conversation: "prompt")
    outputTokensMax = Self.limit(body["max_tokens"]) ?? 16
    wantsStreamUsage = body["stream_options"]["include_usage"].boolValue ?? false
    let prompts = body["prompt"].stringValue.map { [.string($0)] } ?? body["prompt"].arrayValue
    blocks += prompts.map { Block(text: $0.text) }
  }

  /// Reads the body of a Responses request. What a `previous_response_id` names is not remembered: each request stands for
  /// itself.
  init(responses body: JSONValue) throws(SimulatedRefusal) {
    try self.init(openAI: body, conversation: "input")
    outputTokensMax = Self.limit(body["max_output_tokens"])
    wantsStreamUsage = true
    wantsReasoning = !body["reasoning"].isNull
    if !body["instructions"].isNull { blocks.append(Block(text: body["instructions"].text)) }
    let items = body["input"].stringValue.map { [.string($0)] } ?? body["input"].arrayValue
    blocks += items.map { Block(text: $0.text) }
    endsWithToolResults = items.last?["type"].stringValue == "function_call_output"
    // The calls of one reply stand side by side, and end where something else begins.
    assistantTurns = items.indices.count { index in
      Self.isAssistant(items[index]) && (index == 0 || !Self.isAssistant(items[index - 1]))
    }
    tools = body["tools"].arrayValue.compactMap { tool in
      tool["name"].stringValue.map { Tool(name: $0, schema: tool["parameters"]) }
    }
    toolChoice = Self.choice(body["tool_choice"], name: body["tool_choice"]["name"].stringValue)
  }

  private init(openAI body: JSONValue, conversation: String) throws(SimulatedRefusal) {
    guard let model = body["model"].stringValue else {
      throw .invalid("you must provide a model parameter")
    }
    guard !body[conversation].isNull else { throw .invalid("Missing required parameter: '\(conversation)'.") }
    self.init(model: model)
    wantsStream = body["stream"].boolValue ?? false
    allowsParallelTools = body["parallel_tool_calls"].boolValue ?? true
    if !body["tools"].isNull { blocks.append(Block(text: body["tools"].text)) }
  }

  private static func isAssistant(_ item: JSONValue) -> Bool {
    item["role"].stringValue == "assistant" || item["type"].stringValue == "function_call"
      || item["type"].stringValue == "reasoning"
  }

  private static func choice(_ value: JSONValue, name: String?) -> ToolChoice {
    if let name { return .named(name) }
    switch value.stringValue {
    case "none": return .none
    case "required": return .any
    default: return .auto
    }
  }

  static func limit(_ value: JSONValue) -> Int? {
    value.integerValue.map { Int(clamping: max(1, $0)) }
  }
}
