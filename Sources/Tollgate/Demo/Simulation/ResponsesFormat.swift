/// Writes replies as OpenAI's Responses does, whole and streamed.
enum ResponsesFormat {
  static func whole(_ plan: ReplyPlan) -> JSONValue {
    response(plan, status: status(plan), output: items(plan).map(\.done), usage: usage(plan))
  }

  static func events(_ plan: ReplyPlan) -> [String] {
    var events: [(type: String, members: [(name: String, value: JSONValue)])] = []
    let begun = response(plan, status: "in_progress", output: [], usage: nil)
    events.append(("response.created", [("response", begun)]))
    events.append(("response.in_progress", [("response", begun)]))
    for (index, item) in items(plan).enumerated() {
      let place: (name: String, value: JSONValue) = ("output_index", .count(index))
      events.append(("response.output_item.added", [place, ("item", item.added)]))
      for event in item.events { events.append((event.type, [("item_id", item.id), place] + event.members)) }
      events.append(("response.output_item.done", [place, ("item", item.done)]))
    }
    let last = plan.finish == .length ? "response.incomplete" : "response.completed"
    events.append((last, [("response", whole(plan))]))
    return events.enumerated().map { number, event in
      let data = JSONValue.object([("type", .string(event.type)), ("sequence_number", .count(number))] + event.members)
      return "event: \(event.type)\ndata: \(data.text)\n\n"
    }
  }

  private static func response(
    _ plan: ReplyPlan, status: JSONValue, output: [JSONValue], usage: JSONValue
  ) -> JSONValue {
    [
      "id": .string(plan.id), "object": "response", "created_at": .count(plan.createdSeconds), "status": status,
      "background": false, "error": nil,
      "incomplete_details": status == "incomplete" ? ["reason": "max_output_tokens"] : nil,
      "instructions": nil, "max_output_tokens": nil, "model": .string(plan.model), "output": .array(output),
      "parallel_tool_calls": true, "previous_response_id": nil, "reasoning": ["effort": nil, "summary": nil],
      "service_tier": "default", "store": false, "temperature": 1, "text": ["format": ["type": "text"]],
      "tool_choice": "auto", "tools": [], "top_p": 1, "truncation": "disabled", "usage": usage, "user": nil,
      "metadata": [:],
    ]
  }

  /// An item of the output: as it begins, what is streamed in between, and as it ends.
  private struct Item {
    var id: JSONValue
    var added: JSONValue
    var events: [(type: String, members: [(name: String, value: JSONValue)])] = []
    var done: JSONValue
  }

  private static func items(_ plan: ReplyPlan) -> [Item] {
    var items: [Item] = []
    if !plan.reasoning.isEmpty { items.append(reasoning(plan)) }
    if !plan.text.isEmpty { items.append(message(plan)) }
    return items + plan.toolCalls.map(functionCall)
  }

  private static func reasoning(_ plan: ReplyPlan) -> Item {
    let item: JSONValue = ["id": .string("rs_\(plan.id)"), "type": "reasoning", "summary": []]
    return Item(id: item["id"], added: item, done: item)
  }

  private static func message(_ plan: ReplyPlan) -> Item {
    let id = JSONValue.string("msg_\(plan.id)")
    func message(_ status: JSONValue, _ content: [JSONValue]) -> JSONValue {
      ["id": id, "type": "message", "status": status, "role": "assistant", "content": .array(content)]
    }
    func part(_ text: String) -> JSONValue {
      ["type": "output_text", "annotations": [], "logprobs": [], "text": .string(text)]
    }
    let place: (name: String, value: JSONValue) = ("content_index", 0)
    var item = Item(id: id, added: message("in_progress", []), done: message(status(plan), [part(plan.text)]))
    item.events.append(("response.content_part.added", [place, ("part", part(""))]))
    for piece in ReplyPlan.pieces(plan.text) {
      item.events.append(("response.output_text.delta", [place, ("delta", .string(piece)), ("logprobs", [])]))
    }
    item.events.append(("response.output_text.done", [place, ("text", .string(plan.text)), ("logprobs", [])]))
    item.events.append(("response.content_part.done", [place, ("part", part(plan.text))]))
    return item
  }

  private static func functionCall(_ call: ReplyPlan.ToolCall) -> Item {
    let id = JSONValue.string("fc_\(call.id)")
    func item(_ status: JSONValue, arguments: String) -> JSONValue {
      [
        "id": id, "type": "function_call", "status": status, "arguments": .string(arguments),
        "call_id": .string(call.id), "name": .string(call.name),
      ]
    }
    var events = ReplyPlan.pieces(call.arguments).map { piece in
      (type: "response.function_call_arguments.delta", members: [(name: "delta", value: JSONValue.string(piece))])
    }
    events.append(
      ("response.function_call_arguments.done", [("name", .string(call.name)), ("arguments", .string(call.arguments))]))
    return Item(
      id: id, added: item("in_progress", arguments: ""), events: events,
      done: item("completed", arguments: call.arguments))
  }

  private static func status(_ plan: ReplyPlan) -> JSONValue { plan.finish == .length ? "incomplete" : "completed" }

  private static func usage(_ plan: ReplyPlan) -> JSONValue {
    [
      "input_tokens": .count(plan.prompt.total), "input_tokens_details": ["cached_tokens": .count(plan.prompt.cached)],
      "output_tokens": .count(plan.outputTokens),
      "output_tokens_details": ["reasoning_tokens": .count(plan.reasoningTokens)],
      "total_tokens": .count(plan.prompt.total + plan.outputTokens),
    ]
  }
}
