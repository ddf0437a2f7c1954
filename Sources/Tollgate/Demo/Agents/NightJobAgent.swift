/// A job that nobody watches: it asks the same thing again and again and calls the same tool each time, on OpenAI's Chat
/// Completions, without naming a workflow and without asking for the usage of its streams.
struct NightJobAgent: Sendable {
  /// What its user agent says.
  static let name = "night-job"

  var client: DemoClient
  private static let turnsMax = 12
  private static let pause = Duration.milliseconds(800)

  private static let tool = DemoTool(
    name: "check_status", description: "Checks whether an export is done.", arguments: ["export"])

  /// Works until the task is cancelled.
  func work(random: inout SeededRandom) async throws {
    while true {
      try await poll(&random)
      try await Task.sleep(for: Self.pause)
    }
  }

  private func poll(_ random: inout SeededRandom) async throws {
    var messages: [JSONValue] = [["role": "user", "content": "Tell me when export 4711 is done. Keep checking."]]
    for _ in 0..<Self.turnsMax {
      guard let reply = try await client.post("/chat/completions", request(messages)) else { return }
      let message = Self.message(EventData.values(reply))
      messages.append(message)
      let calls = message["tool_calls"].arrayValue
      messages += calls.map { ["role": "tool", "tool_call_id": $0["id"], "content": "pending"] }
      if calls.isEmpty { messages.append(["role": "user", "content": "It is not done. Check again."]) }
      try await Task.sleep(for: Self.pause)
    }
  }

  private func request(_ messages: [JSONValue]) -> JSONValue {
    [
      "model": "gpt-4o-mini", "stream": true, "parallel_tool_calls": false,
      "tools": [
        [
          "type": "function",
          "function": [
            "name": .string(Self.tool.name), "description": .string(Self.tool.description),
            "parameters": Self.tool.schema,
          ],
        ]
      ],
      "messages": .array(messages),
    ]
  }

  /// The message of the reply, put together from the chunks of its stream.
  static func message(_ chunks: [JSONValue]) -> JSONValue {
    var text = ""
    var calls: [(id: JSONValue, name: JSONValue, arguments: String)] = []
    for delta in chunks.compactMap({ $0["choices"].arrayValue.first?["delta"] }) {
      text += delta["content"].stringValue ?? ""
      for call in delta["tool_calls"].arrayValue {
        if call["id"].stringValue != nil { calls.append((call["id"], call["function"]["name"], "")) }
        guard !calls.isEmpty else { continue }
        calls[calls.count - 1].arguments += call["function"]["arguments"].stringValue ?? ""
      }
    }
    var members: [(name: String, value: JSONValue)] = [("role", "assistant"), ("content", .string(text))]
    if !calls.isEmpty {
      members.append(
        (
          "tool_calls",
          .array(
            calls.map { call in
              [
                "id": call.id, "type": "function",
                "function": ["name": call.name, "arguments": .string(call.arguments)],
              ]
            })
        ))
    }
    return .object(members)
  }
}
