/// Writes replies as Anthropic's Messages does, whole and streamed.
enum MessagesFormat {
  static func whole(_ plan: ReplyPlan) -> JSONValue {
    message(plan, content: blocks(plan).map(\.whole), stopReason: stopReason(plan), outputTokens: plan.outputTokens)
  }

  static func events(_ plan: ReplyPlan) -> [String] {
    // The count of a message that has only begun is provisional.
    var events: [(type: String, members: [(name: String, value: JSONValue)])] = [
      ("message_start", [("message", message(plan, content: [], stopReason: nil, outputTokens: 1))]), ("ping", []),
    ]
    for (index, block) in blocks(plan).enumerated() {
      let place: (name: String, value: JSONValue) = ("index", .count(index))
      events.append(("content_block_start", [place, ("content_block", block.begun)]))
      events += block.deltas.map { ("content_block_delta", [place, ("delta", $0)]) }
      events.append(("content_block_stop", [place]))
    }
    let end: JSONValue = ["stop_reason": stopReason(plan), "stop_sequence": nil]
    let usage = usage(plan, outputTokens: plan.outputTokens).objectValue.filter { deltaUsage.contains($0.name) }
    events.append(("message_delta", [("delta", end), ("usage", .object(usage))]))
    events.append(("message_stop", []))
    return events.map { event in
      "event: \(event.type)\ndata: \(JSONValue.object([("type", .string(event.type))] + event.members).text)\n\n"
    }
  }

  /// What the usage of `message_delta` repeats.
  private static let deltaUsage: Set<String> = [
    "input_tokens", "cache_creation_input_tokens", "cache_read_input_tokens", "output_tokens", "output_tokens_details",
  ]

  /// A block of content: as it begins, in pieces, and whole.
  private struct Block {
    var begun: JSONValue
    var deltas: [JSONValue]
    var whole: JSONValue
  }

  private static func blocks(_ plan: ReplyPlan) -> [Block] {
    var blocks: [Block] = []
    if !plan.reasoning.isEmpty {
      // Stands for the provider's signature, which only it can check.
      let signature: JSONValue = "c2ltdWxhdGVk"
      let deltas = ReplyPlan.pieces(plan.reasoning).map { piece -> JSONValue in
        ["type": "thinking_delta", "thinking": .string(piece)]
      }
      blocks.append(
        Block(
          begun: ["type": "thinking", "thinking": "", "signature": ""],
          deltas: deltas + [["type": "signature_delta", "signature": signature]],
          whole: ["type": "thinking", "thinking": .string(plan.reasoning), "signature": signature]))
    }
    if !plan.text.isEmpty {
      blocks.append(
        Block(
          begun: ["type": "text", "text": ""],
          deltas: ReplyPlan.pieces(plan.text).map { ["type": "text_delta", "text": .string($0)] },
          whole: ["type": "text", "text": .string(plan.text)]))
    }
    return blocks + plan.toolCalls.map(toolUse)
  }

  private static func toolUse(_ call: ReplyPlan.ToolCall) -> Block {
    func block(_ input: JSONValue) -> JSONValue {
      ["type": "tool_use", "id": .string(call.id), "name": .string(call.name), "input": input]
    }
    return Block(
      begun: block([:]),
      deltas: ReplyPlan.pieces(call.arguments).map { ["type": "input_json_delta", "partial_json": .string($0)] },
      whole: block(JSONValue.parse(call.arguments.utf8) ?? [:]))
  }

  private static func message(
    _ plan: ReplyPlan, content: [JSONValue], stopReason: JSONValue, outputTokens: Int
  ) -> JSONValue {
    [
      "id": .string(plan.id), "type": "message", "role": "assistant", "model": .string(plan.model),
      "content": .array(content), "stop_reason": stopReason, "stop_sequence": nil,
      "usage": usage(plan, outputTokens: outputTokens),
    ]
  }

  private static func stopReason(_ plan: ReplyPlan) -> JSONValue {
    switch plan.finish {
    case .done: "end_turn"
    case .toolCalls: "tool_use"
    case .length: "max_tokens"
    }
  }

  private static func usage(_ plan: ReplyPlan, outputTokens: Int) -> JSONValue {
    let isOneHour = plan.prompt.writtenLifetime == .oneHour
    return [
      "input_tokens": .count(plan.prompt.fresh), "cache_creation_input_tokens": .count(plan.prompt.written),
      "cache_read_input_tokens": .count(plan.prompt.cached),
      "cache_creation": [
        "ephemeral_5m_input_tokens": .count(isOneHour ? 0 : plan.prompt.written),
        "ephemeral_1h_input_tokens": .count(isOneHour ? plan.prompt.written : 0),
      ],
      "output_tokens": .count(outputTokens),
      "output_tokens_details": ["thinking_tokens": .count(min(plan.reasoningTokens, outputTokens))],
      "service_tier": "standard", "inference_geo": "not_available",
    ]
  }
}
