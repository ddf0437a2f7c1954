/// A chatty agent: several sessions at once on OpenAI's Responses, with tools in parallel and hardly a pause.
struct CoderAgent: Sendable {
  static let name = "coder"
  static let workflow = "feature-branch"
  static let sessions = 2

  var client: DemoClient
  private static let turnsMax = 8
  private static let pause = Duration.milliseconds(150)

  private static let tools = [
    DemoTool(name: "read_file", description: "Reads a file of the repository.", arguments: ["path"]),
    DemoTool(name: "edit_file", description: "Replaces a text in a file.", arguments: ["path", "old", "new"]),
    DemoTool(name: "run_tests", description: "Runs the tests that match a name.", arguments: ["filter"]),
  ]

  /// Works until the task is cancelled.
  func work(random: inout SeededRandom) async throws {
    while true {
      try await implement(&random)
      try await Task.sleep(for: Self.pause)
    }
  }

  private func implement(_ random: inout SeededRandom) async throws {
    var input: [JSONValue] = [["role": "user", "content": .string(SimulatedModel.prose(words: 30...80, &random))]]
    for _ in 0..<Self.turnsMax {
      guard let reply = try await client.post("/responses", request(input)) else { return }
      let last = EventData.values(reply).last { $0["type"].stringValue == "response.completed" }
      let output = last?["response"]["output"].arrayValue ?? []
      let calls = output.filter { $0["type"].stringValue == "function_call" }
      guard !calls.isEmpty else { return }
      input += output.filter { $0["type"].stringValue != "reasoning" }
      input += calls.map { call in
        [
          "type": "function_call_output", "call_id": call["call_id"],
          "output": .string(SimulatedModel.prose(words: 50...300, &random)),
        ]
      }
      try await Task.sleep(for: Self.pause)
    }
  }

  private func request(_ input: [JSONValue]) -> JSONValue {
    [
      "model": "gpt-5-mini", "stream": true, "reasoning": ["effort": "medium"],
      "instructions": "You change code in small steps and run the tests after each.",
      "tools": .array(
        Self.tools.map { tool in
          [
            "type": "function", "name": .string(tool.name), "description": .string(tool.description),
            "parameters": tool.schema,
          ]
        }),
      "input": .array(input),
    ]
  }
}
