internal import JSON

/// The messages of APIs in which each has one role and a tool's result is a message of its own: OpenAI's chats, Cohere's and Ollama's.
struct MessageRoles {
  /// How many of the pattern's words, after the assistant's, are of results; the others are of instructions. Whoever has none of them is
  /// the client.
  private let results: Int
  private var role: Int?

  init(results: Int = 1) { self.results = results }

  /// A message begins.
  mutating func begin(_ facts: inout RequestFacts) {
    role = nil
    facts.reading?.beginMessage()
  }

  /// Its role: the assistant's is the first word.
  mutating func value(_ json: borrowing JSONReader) { role = json.word }

  /// It ends. What stands before the last message of the assistant is history.
  func end(_ facts: inout RequestFacts) {
    switch role {
    case 0:
      facts.toolResults = 0
      facts.reading?.endMessage(.model)
    case let role? where role <= results:
      facts.toolResults &+= 1
      facts.reading?.endResult()
      facts.reading?.endMessage(.client)
    case nil: facts.reading?.endMessage(.client)
    default: facts.reading?.endMessage(.instructions)
    }
  }
}
