/// The models that the simulated endpoint lists. It answers to any name.
enum SimulatedModels {
  private static let answering = [
    "gpt-5-mini": "gpt-5-mini-2025-08-07", "gpt-4o-mini": "gpt-4o-mini-2024-07-18",
    "claude-haiku-4-5": "claude-haiku-4-5-20251001", "claude-sonnet-4-5": "claude-sonnet-4-5-20250929",
  ]

  /// The name that replies have: providers answer with the dated name of what was asked for.
  static func answering(_ requested: String) -> String { answering[requested] ?? requested }

  static func list(isAnthropic: Bool) -> JSONValue {
    let names = answering.keys.filter { $0.hasPrefix("claude") == isAnthropic }.sorted()
    let models: [JSONValue] = names.map { name in
      isAnthropic
        ? [
          "type": "model", "id": .string(name), "display_name": .string(name), "created_at": "2025-01-01T00:00:00Z",
        ]
        : ["id": .string(name), "object": "model", "created": 1_735_689_600, "owned_by": "simulated"]
    }
    guard isAnthropic else { return ["object": "list", "data": .array(models)] }
    return [
      "data": .array(models), "has_more": false, "first_id": JSONValue(names.first), "last_id": JSONValue(names.last),
    ]
  }
}
