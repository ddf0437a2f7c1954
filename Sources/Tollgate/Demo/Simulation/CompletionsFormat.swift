/// Writes replies as OpenAI's Completions does, whole and streamed.
enum CompletionsFormat {
  static func whole(_ plan: ReplyPlan) -> JSONValue {
    .object(
      head(plan) + [
        ("choices", [choice(text: plan.text, finish: finishReason(plan))]),
        ("usage", ChatCompletionsFormat.usage(plan)),
      ])
  }

  /// The usage chunk comes only where it was asked for, after the last choice and before the end.
  static func events(_ plan: ReplyPlan) -> [String] {
    var chunks = ReplyPlan.pieces(plan.text).map { chunk(plan, choices: [choice(text: $0, finish: nil)], usage: nil) }
    chunks.append(chunk(plan, choices: [choice(text: "", finish: finishReason(plan))], usage: nil))
    if plan.wantsStreamUsage { chunks.append(chunk(plan, choices: [], usage: ChatCompletionsFormat.usage(plan))) }
    return (chunks.map(\.text) + ["[DONE]"]).map { "data: \($0)\n\n" }
  }

  private static func chunk(_ plan: ReplyPlan, choices: [JSONValue], usage: JSONValue) -> JSONValue {
    var members = head(plan) + [("choices", .array(choices))]
    if plan.wantsStreamUsage { members.append(("usage", usage)) }
    return .object(members)
  }

  private static func choice(text: String, finish: JSONValue) -> JSONValue {
    ["index": 0, "text": .string(text), "logprobs": nil, "finish_reason": finish]
  }

  private static func head(_ plan: ReplyPlan) -> [(name: String, value: JSONValue)] {
    [
      ("id", .string(plan.id)), ("object", "text_completion"), ("created", .count(plan.createdSeconds)),
      ("model", .string(plan.model)),
    ]
  }

  private static func finishReason(_ plan: ReplyPlan) -> JSONValue {
    switch plan.finish {
    case .done, .toolCalls: "stop"
    case .length: "length"
    }
  }
}
