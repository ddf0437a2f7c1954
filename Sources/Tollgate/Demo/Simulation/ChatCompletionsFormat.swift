/// Writes replies as OpenAI's Chat Completions does, whole and streamed.
enum ChatCompletionsFormat {
  static func whole(_ plan: ReplyPlan) -> JSONValue {
    var message: [(name: String, value: JSONValue)] = [
      ("role", "assistant"), ("content", plan.text.isEmpty ? nil : .string(plan.text)), ("refusal", nil),
      ("annotations", []),
    ]
    if !plan.toolCalls.isEmpty {
      message.append(("tool_calls", .array(plan.toolCalls.map { .object(members($0, arguments: $0.arguments)) })))
    }
    let choice: JSONValue = [
      "index": 0, "message": .object(message), "logprobs": nil, "finish_reason": finishReason(plan),
    ]
    return .object(
      head(plan, object: "chat.completion") + [
        ("choices", [choice]), ("usage", usage(plan)), ("service_tier", "default"), ("system_fingerprint", nil),
      ])
  }

  /// The usage chunk comes only where it was asked for, after the last choice and before the end.
  static func events(_ plan: ReplyPlan) -> [String] {
    var deltas: [JSONValue] = [["role": "assistant", "content": plan.toolCalls.isEmpty ? "" : nil, "refusal": nil]]
    deltas += ReplyPlan.pieces(plan.text).map { ["content": .string($0)] }
    for (index, call) in plan.toolCalls.enumerated() {
      deltas.append(["tool_calls": [.object([("index", .count(index))] + members(call, arguments: ""))]])
      deltas += ReplyPlan.pieces(call.arguments).map { piece in
        ["tool_calls": [["index": .count(index), "function": ["arguments": .string(piece)]]]]
      }
    }
    var chunks = deltas.map { chunk(plan, choices: [choice(delta: $0, finish: nil)], usage: nil) }
    chunks.append(chunk(plan, choices: [choice(delta: [:], finish: finishReason(plan))], usage: nil))
    if plan.wantsStreamUsage { chunks.append(chunk(plan, choices: [], usage: usage(plan))) }
    return (chunks.map(\.text) + ["[DONE]"]).map { "data: \($0)\n\n" }
  }

  private static func chunk(_ plan: ReplyPlan, choices: [JSONValue], usage: JSONValue) -> JSONValue {
    var members = head(plan, object: "chat.completion.chunk")
    members += [("service_tier", "default"), ("system_fingerprint", nil), ("choices", .array(choices))]
    if plan.wantsStreamUsage { members.append(("usage", usage)) }
    return .object(members)
  }

  private static func choice(delta: JSONValue, finish: JSONValue) -> JSONValue {
    ["index": 0, "delta": delta, "logprobs": nil, "finish_reason": finish]
  }

  private static func head(_ plan: ReplyPlan, object: String) -> [(name: String, value: JSONValue)] {
    [
      ("id", .string(plan.id)), ("object", .string(object)), ("created", .count(plan.createdSeconds)),
      ("model", .string(plan.model)),
    ]
  }

  private static func members(_ call: ReplyPlan.ToolCall, arguments: String) -> [(name: String, value: JSONValue)] {
    [
      ("id", .string(call.id)), ("type", "function"),
      ("function", ["name": .string(call.name), "arguments": .string(arguments)]),
    ]
  }

  private static func finishReason(_ plan: ReplyPlan) -> JSONValue {
    switch plan.finish {
    case .done: "stop"
    case .toolCalls: "tool_calls"
    case .length: "length"
    }
  }

  static func usage(_ plan: ReplyPlan) -> JSONValue {
    [
      "prompt_tokens": .count(plan.prompt.total), "completion_tokens": .count(plan.outputTokens),
      "total_tokens": .count(plan.prompt.total + plan.outputTokens),
      "prompt_tokens_details": ["cached_tokens": .count(plan.prompt.cached), "audio_tokens": 0],
      "completion_tokens_details": [
        "reasoning_tokens": .count(plan.reasoningTokens), "audio_tokens": 0, "accepted_prediction_tokens": 0,
        "rejected_prediction_tokens": 0,
      ],
    ]
  }
}
