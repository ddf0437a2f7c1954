/// How much text a choice of a chat completion has. Some servers write the same text more than once: Together as `text` beside
/// `delta`, Perplexity with the whole `message` so far beside each `delta`, others one reasoning under two names.
struct ChoiceText {
  /// Where in a choice a text stands.
  enum Place {
    case text, delta, message
  }

  private var text = 0
  private var delta = 0
  private var message = 0
  private var hasDelta = false

  /// The message that is being read.
  private var place = Place.text
  private var content = 0
  private var reasoning = 0
  private var namedReasoning = 0
  private var reasoningParts = 0

  mutating func begin(_ place: Place) {
    self.place = place
    content = 0
    reasoning = 0
    namedReasoning = 0
    reasoningParts = 0
  }

  mutating func add(content bytes: Int) { if place == .text { text &+= bytes } else { content &+= bytes } }
  mutating func add(reasoning bytes: Int) { reasoning &+= bytes }
  mutating func add(namedReasoning bytes: Int) { namedReasoning &+= bytes }
  mutating func add(reasoningPart bytes: Int) { reasoningParts &+= bytes }

  /// The message ended.
  mutating func end() {
    let bytes = content &+ max(reasoning, namedReasoning, reasoningParts)
    switch place {
    case .text: break
    case .delta:
      delta &+= bytes
      hasDelta = true
    case .message: message &+= bytes
    }
    place = .text
  }

  /// The bytes that the choice adds to the reply.
  func bytes(isStream: Bool) -> Int {
    isStream && hasDelta ? delta : max(text, delta, message)
  }
}
