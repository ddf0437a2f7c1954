internal import JSON

extension ResponsesReply {
  /// The root is a response, or an event that has one under `response`.
  static let shape = JSONShape(
    .object([
      "type": .word(Field.eventType, of: Event.names),
      "response": .object(response),
      "item": item,
      "output_index": .scalar(Field.outputIndex),
      "delta": .stringSize(Field.delta),
      "code": .text(Field.eventCode),
    ]).orObject(response))

  static let response: KeyValuePairs<String, JSONPattern> = [
    "id": .text(Field.id),
    "model": .text(Field.model),
    "status": .text(Field.status),
    "background": .scalar(Field.background),
    "service_tier": .text(Field.tier),
    "incomplete_details": .object(["reason": .text(Field.reason)]),
    "output": .array(Field.output, of: item),
    "usage": OpenAIUsage.pattern,
    "tool_usage": .object([
      "web_search": .object(["num_requests": .scalar(Field.searches)]),
      "image_gen": .object(Field.imageUsage, OpenAIUsage.members),
    ]),
    "tools": .array(
      of: .object(
        Field.tool,
        ["type": .word(Field.toolType, of: hostedTools), "model": .text(Field.toolModel)])),
    "error": ErrorMembers.pattern,
  ]

  /// Hosted tools that decide a price: the first by its model, the others by their name.
  static let hostedTools = ["image_generation", "web_search_preview", "web_search_preview_2025_03_11"]

  private static let item = JSONPattern.object(
    Field.item,
    [
      "type": .word(Field.itemType, of: ResponsesItem.names),
      "id": .text(Field.itemID),
      "call_id": .text(Field.callID),
      "name": .text(Field.itemName),
      "execution": .word(Field.execution, of: ["client"]),
      "environment": .object(["type": .word(Field.environment, of: ["container_reference"])]),
      "arguments": .size(Field.itemArguments),
      "input": .stringSize(Field.itemInput),
      // What tools are asked to do that have a form of their own: computers, shells, patches.
      "action": .size(Field.itemAction), "actions": .size(Field.itemAction), "operation": .size(Field.itemAction),
      "code": .stringSize(Field.itemText),
      "content": texts,
      "summary": texts,
      "svg_usage": .object(Field.svgUsage, OpenAIUsage.members).orObject([
        "model": .text(Field.svgModel), "reasoning_tokens": .scalar(OpenAIUsage.Field.reasoning),
      ]),
    ])

  private static let texts = JSONPattern.array(
    of: .object([
      "text": .stringSize(Field.itemText),
      "refusal": .stringSize(Field.itemRefusal),
      "transcript": .stringSize(Field.itemText),
    ]))
}
