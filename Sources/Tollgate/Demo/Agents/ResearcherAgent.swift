/// A steady agent: one question after the other to Anthropic's Messages, with thinking, tools and a cached prompt.
struct ResearcherAgent: Sendable {
  static let name = "researcher"
  static let workflow = "market-report"

  var client: DemoClient
  private static let turnsMax = 6
  private static let pause = Duration.milliseconds(500)

  private static let tools = [
    DemoTool(name: "search_web", description: "Searches the web for a few words.", arguments: ["query"]),
    DemoTool(name: "read_page", description: "Reads a page as text.", arguments: ["url"]),
    DemoTool(name: "save_note", description: "Keeps a note for the report.", arguments: ["title", "text"]),
  ]

  /// Works until the task is cancelled.
  func work(random: inout SeededRandom) async throws {
    while true {
      try await answerQuestion(&random)
      try await Task.sleep(for: Self.pause)
    }
  }

  private func answerQuestion(_ random: inout SeededRandom) async throws {
    var messages: [JSONValue] = [["role": "user", "content": .string(SimulatedModel.prose(words: 20...40, &random))]]
    for _ in 0..<Self.turnsMax {
      guard let reply = try await client.post("/v1/messages", request(messages)) else { return }
      let content = Self.content(EventData.values(reply))
      let calls = content.filter { $0["type"].stringValue == "tool_use" }
      guard !calls.isEmpty else { return }
      messages.append(["role": "assistant", "content": .array(content)])
      messages.append(["role": "user", "content": .array(calls.map { Self.result(of: $0, &random) })])
    }
  }

  private func request(_ messages: [JSONValue]) -> JSONValue {
    [
      "model": "claude-sonnet-4-5", "max_tokens": 4096, "stream": true,
      "thinking": ["type": "enabled", "budget_tokens": 1024],
      "system": [["type": "text", "text": .string(Self.instructions), "cache_control": ["type": "ephemeral"]]],
      "tools": .array(
        Self.tools.map { tool in
          ["name": .string(tool.name), "description": .string(tool.description), "input_schema": tool.schema]
        }),
      "messages": .array(messages),
    ]
  }

  /// The same long prompt each time: what a cache is for.
  private static let instructions: String = {
    var random = SeededRandom(seed: 7)
    return "You research markets and write short reports. " + SimulatedModel.prose(words: 600...600, &random)
  }()

  private static func result(of call: JSONValue, _ random: inout SeededRandom) -> JSONValue {
    [
      "type": "tool_result", "tool_use_id": call["id"], "is_error": .bool(Int.random(in: 0..<20, using: &random) == 0),
      "content": .string(SimulatedModel.prose(words: 40...200, &random)),
    ]
  }

  /// The blocks of the reply, put together from the events of its stream.
  static func content(_ events: [JSONValue]) -> [JSONValue] {
    var blocks: [(begun: JSONValue, text: String, signature: String)] = []
    for event in events {
      let delta = event["delta"]
      switch event["type"].stringValue {
      case "content_block_start": blocks.append((event["content_block"], "", ""))
      case "content_block_delta":
        guard !blocks.isEmpty else { continue }
        let piece = delta["text"].stringValue ?? delta["thinking"].stringValue ?? delta["partial_json"].stringValue
        blocks[blocks.count - 1].text += piece ?? ""
        blocks[blocks.count - 1].signature += delta["signature"].stringValue ?? ""
      default: continue
      }
    }
    return blocks.map { block in
      switch block.begun["type"].stringValue {
      case "tool_use":
        [
          "type": "tool_use", "id": block.begun["id"], "name": block.begun["name"],
          "input": JSONValue.parse(block.text.utf8) ?? [:],
        ]
      case "thinking":
        ["type": "thinking", "thinking": .string(block.text), "signature": .string(block.signature)]
      default: ["type": "text", "text": .string(block.text)]
      }
    }
  }
}
