internal import JSON

/// Who wrote a message.
enum MessageAuthor: UInt8 {
  case model = 1
  /// The user, a tool, the application.
  case client
  /// Whoever writes what is no part of the conversation's beginning: a system prompt, which clients change from turn to turn.
  case instructions
  /// The model, thinking: what comes and goes between turns.
  case thought
}

/// Gathers the ``ConversationFacts`` of a body in the one pass over it.
///
/// A message is the sum of the fingerprints of its values, so that neither blanks nor the order of keys and parts nor what is not
/// read (marks of caching, signatures) changes it, nor whether its text stands by itself or in a list of one part. Escapes do: a
/// client writes the same text the same way. Thoughts are no part of it, as clients leave out those of earlier turns.
struct ConversationReader: Sendable {
  private let key: FingerprintKey
  private(set) var facts = ConversationFacts()
  private var isInMessage = false
  /// Of the messages so far.
  private var chain: UInt64 = 0
  private var sum: UInt64 = 0
  /// What ``sum`` was when the result began: what was added to it since is the result's.
  private var sumBefore: UInt64 = 0
  private var instructions: UInt64?
  var declared: DeclaredToolReader
  private var text = TextHash()
  private var result = ToolResultFacts()
  private var opening = ResultOpening()
  /// Of the results in the tail; none of those that the API itself marks. Looked into in the end, since most results are history.
  private var openings: [ResultOpening?] = []
  /// How the message begins, where that stands in an earlier part of it than the present one.
  private var firstOpening: ResultOpening?
  /// How the model's last messages begin, by the number of their boundary.
  private var modelOpenings: [(boundary: Int, opening: ResultOpening)] = []
  /// A run's next request nearly always follows its last one, so that a few are enough.
  private static let modelOpeningsMax = 4

  init(key: FingerprintKey) {
    self.key = key
    declared = DeclaredToolReader(key: key)
    facts.boundaries.reserveCapacity(ConversationFacts.boundariesMax)
  }

  // MARK: Values

  /// Takes a part of a value as it is written, which goes on.
  mutating func take(_ part: RawSpan, of label: UInt8) {
    guard isFollowed(label) else { return }
    text.take(part)
    if isInMessage, Self.isOpening(label) { opening.take(part) }
  }

  /// Takes the last part of a value.
  @inline(__always)
  mutating func end(_ part: RawSpan, of label: UInt8) {
    guard isFollowed(label) else { return }
    if isInMessage, Self.isOpening(label) {
      opening.take(part)
      opening.endText()
    }
    let print: Fingerprint
    if text.isEmpty {
      print = TextHash.whole(part, by: key)
    } else {
      text.take(part)
      print = text.end(by: key)
    }
    switch RequestMembers.Field(rawValue: label) {
    case .instructions: instructions = (instructions ?? 0) &+ print.bits
    case .soleMessage:
      sum = print.bits
      endMessage(.client)
    case .toolName:
      result.name = print
      sum &+= print.bits
    default: sum &+= print.bits
    }
  }

  /// Whether a value is part of what the conversation is told by.
  @inline(__always)
  private func isFollowed(_ label: UInt8) -> Bool {
    if label == RequestMembers.Field.thought.rawValue { return false }
    return isInMessage || label == RequestMembers.Field.instructions.rawValue
      || label == RequestMembers.Field.soleMessage.rawValue
  }

  /// Whether a value is what a message or result begins with, rather than what it is called.
  @inline(__always)
  private static func isOpening(_ label: UInt8) -> Bool {
    label != RequestMembers.Field.toolName.rawValue && label != RequestMembers.Field.arguments.rawValue
  }

  // MARK: Messages

  mutating func beginMessage() {
    isInMessage = true
    sum = 0
    firstOpening = nil
    opening = ResultOpening()
    beginResult()
  }

  mutating func endMessage(_ author: MessageAuthor) {
    isInMessage = false
    switch author {
    case .thought: return forgetResults()
    case .instructions:
      instructions = (instructions ?? 0) &+ sum
      return
    case .model:
      forgetResults()
      keepOpening()
    case .client: break
    }
    chain = key.mixed(chain ^ sum, chain &+ UInt64(author.rawValue))
    facts.messages &+= 1
    if facts.boundaries.count == 2 &* ConversationFacts.boundariesMax { keepLastBoundaries() }
    facts.boundaries.append(MessageBoundary(prefix: Fingerprint(bits: chain), isModel: author == .model))
  }

  private mutating func keepOpening() {
    let opening = firstOpening ?? opening
    guard !opening.isEmpty else { return }
    if modelOpenings.count == Self.modelOpeningsMax { modelOpenings.removeFirst() }
    modelOpenings.append((facts.messages, opening))
  }

  /// What stands before the last message of the model is history.
  private mutating func forgetResults() {
    guard !facts.toolResults.isEmpty else { return }
    facts.toolResults.removeAll(keepingCapacity: true)
    openings.removeAll(keepingCapacity: true)
  }

  private mutating func keepLastBoundaries() {
    facts.boundaries.removeFirst(max(0, facts.boundaries.count &- ConversationFacts.boundariesMax))
  }

  // MARK: Results of tools

  mutating func beginResult() {
    if firstOpening == nil, !opening.isEmpty { firstOpening = opening }
    result = ToolResultFacts()
    opening = ResultOpening()
    sumBefore = sum
  }

  mutating func readCallID(_ json: borrowing JSONReader) {
    guard let call = fingerprint(of: json) else { return }
    result.call = call
    result.isCallDistinct = json.withKeptText { ToolCallIDShape.isDistinct($0) }
    sum &+= call.bits
  }

  mutating func readResultName(_ json: borrowing JSONReader) {
    guard let name = fingerprint(of: json) else { return }
    result.name = name
    sum &+= name.bits
  }

  mutating func fail(_ failure: ToolResultFailure) { result.failure = result.failure ?? failure }

  /// Adds the result whose parts were read since its begin.
  ///
  /// - Parameter isMarked: whether the API has a mark for failures, so that the text tells nothing.
  mutating func endResult(isMarked: Bool = false) {
    guard facts.toolResults.count < ConversationFacts.toolResultsMax else { return }
    result.content = content
    facts.toolResults.append(result)
    openings.append(isMarked || result.failure != nil ? nil : opening)
    beginResult()
  }

  /// Ends a result that stands in no message, and began as one does.
  mutating func endLooseResult() {
    endResult()
    isInMessage = false
  }

  /// Of what the result says, without what it answers; nil where it says nothing that is read.
  private var content: Fingerprint? {
    let content = sum &- sumBefore &- (result.call?.bits ?? 0) &- (result.name?.bits ?? 0)
    return content == 0 ? nil : Fingerprint(bits: key.mixed(content, content &>> 32))
  }

  // MARK: Ids

  mutating func readPreviousResponse(_ json: borrowing JSONReader) { facts.previousResponse = fingerprint(of: json) }

  mutating func readConversation(_ json: borrowing JSONReader) { facts.conversation = fingerprint(of: json) }

  /// Of a string that was kept whole and is not empty.
  func fingerprint(of json: borrowing JSONReader) -> Fingerprint? {
    guard json.kind == .string, json.size > 0, json.isTextWhole else { return nil }
    return json.withKeptText { key.fingerprint(of: $0) }
  }

  /// The facts, once the body has ended.
  consuming func finish() -> ConversationFacts {
    keepLastBoundaries()
    for (place, opening) in openings.enumerated() where facts.toolResults.indices.contains(place) {
      if let failure = opening?.failure { facts.toolResults[place].failure = failure }
    }
    for (number, opening) in modelOpenings {
      let place = number &- (facts.messages &- facts.boundaries.count)
      if facts.boundaries.indices.contains(place) { facts.boundaries[place].opening = opening.fingerprint(by: key) }
    }
    facts.tools = declared.tools
    facts.areAllToolsKnown = declared.areAllKnown
    facts.forcesToolCall = declared.forcesCall
    facts.instructions = instructions.map { Fingerprint(bits: $0) }
    return facts
  }
}

extension ConversationReader: Equatable {
  /// What is being read is compared by what was read.
  static func == (lhs: ConversationReader, rhs: ConversationReader) -> Bool { lhs.facts == rhs.facts }
}
