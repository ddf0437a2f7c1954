/// Decides what is replied to a request: the same to the same request and seed, so that whole runs can be repeated.
struct SimulatedModel: Sendable {
  var seed: UInt64

  /// Rounds of tools in one conversation at most.
  private static let toolRoundsMax = 4
  private static let parallelToolsMax = 3

  /// Fills in text, reasoning and tool calls.
  ///
  /// - Parameter nextID: makes an id for a tool call.
  func complete(_ plan: inout ReplyPlan, for request: SimulatedRequest, nextID: () -> String) {
    var random = SeededRandom(seed: seed ^ digest(of: request))
    if request.wantsReasoning { plan.reasoning = Self.prose(words: 20...60, &random) }
    if wantsTools(request, &random) {
      plan.toolCalls = calls(for: request, nextID: nextID, &random)
      plan.finish = .toolCalls
      if Bool.random(using: &random) { plan.text = Self.prose(words: 5...12, &random) }
    } else {
      plan.text = Self.prose(words: 30...120, &random)
    }
    cut(&plan, to: request.outputTokensMax)
  }

  /// Ends the reply where the request's limit is reached: tool calls that do not fit whole are left out.
  private func cut(_ plan: inout ReplyPlan, to limit: Int?) {
    guard let limit, plan.outputTokens > limit else { return }
    plan.finish = .length
    plan.toolCalls = []
    plan.reasoning = Self.prefix(plan.reasoning, tokens: limit)
    plan.text = Self.prefix(plan.text, tokens: limit - plan.reasoningTokens)
  }

  private func digest(of request: SimulatedRequest) -> UInt64 {
    var hash = StableHash()
    hash.add(request.model)
    for block in request.blocks { hash.add(block.text) }
    return hash.value
  }

  private func wantsTools(_ request: SimulatedRequest, _ random: inout SeededRandom) -> Bool {
    guard !request.tools.isEmpty else { return false }
    switch request.toolChoice {
    case .none: return false
    case .any, .named: return true
    case .auto:
      if !request.endsWithToolResults { return true }
      return request.assistantTurns < Self.toolRoundsMax && Bool.random(using: &random)
    }
  }

  private func calls(
    for request: SimulatedRequest, nextID: () -> String, _ random: inout SeededRandom
  ) -> [ReplyPlan.ToolCall] {
    var tools = request.tools
    if case .named(let name) = request.toolChoice { tools = tools.filter { $0.name == name } }
    guard let first = tools.first else { return [] }
    let count = request.allowsParallelTools ? Int.random(in: 1...Self.parallelToolsMax, using: &random) : 1
    return (0..<count).map { _ in
      let tool = tools.randomElement(using: &random) ?? first
      let arguments = ToolArguments.value(for: tool.schema, &random).text
      return ReplyPlan.ToolCall(id: nextID(), name: tool.name, arguments: arguments)
    }
  }

  /// The beginning of a text that has at most so many tokens, cut between characters.
  private static func prefix(_ text: String, tokens: Int) -> String {
    var bytes = 0
    return String(
      text.prefix { character in
        bytes += String(character).utf8.count
        return bytes <= max(0, tokens) * PromptCache.bytesPerToken
      })
  }

  /// Words that mean nothing, some of them of several bytes a letter.
  static func prose(words count: ClosedRange<Int>, _ random: inout SeededRandom) -> String {
    let length = Int.random(in: count, using: &random)
    let words = (0..<length).map { _ in vocabulary.randomElement(using: &random) ?? "well" }
    return words.joined(separator: " ") + "."
  }

  private static let vocabulary = [
    "the", "of", "and", "a", "to", "in", "is", "it", "for", "with", "result", "source", "check", "value", "table",
    "first",
    "second", "report", "finds", "shows", "compares", "then", "however", "because", "measure", "cost", "night",
    "branch",
    "merge", "größer", "naïve", "résumé", "日本語", "данные", "→", "«so»", "🚦", "42", "3.14", "2026-11-23",
  ]
}
