internal import JSON
internal import Metering
internal import Tokenizers

/// The facts of a reply while they are gathered.
struct ReplyTally: CountedText {
  /// How many tool calls are kept with their ids and names.
  static let toolCallsMax = 1024
  /// How many blocks with tool calls are told apart; those beyond are not counted.
  static let blocksMax = 16_384
  /// How many names of server tools are told apart.
  static let serverToolsMax = 64
  /// How many models' usage is told apart.
  static let modelUsagesMax = 64
  /// The longest error code that is taken for one.
  static let errorCodeBytesMax = 64

  var facts = ReplyFacts()
  /// What the answering model used; nil before the first report.
  var usage: Usage?
  /// What others used.
  var otherUsage: [ModelUsage] = []
  /// Replies of a body that holds several, until they are taken.
  var items: [ReplyItem] = []
  var revision: UInt32 = 0
  var hasContent = false
  /// Whether the body is a stream of events, rather than one document.
  var isStream = false {
    didSet { text?.goesOn = isStream }
  }
  static let hasMedia = false
  private(set) var looksAtText = false
  /// The text of the reply while its tokens are counted.
  var text: BodyText?
  var readMedia: BodyMedia?
  static let hasArguments = true
  /// The arguments of the client's tool calls while they are read.
  var arguments: ArgumentTexts

  /// Bytes of content in the current document.
  private var documentContentBytes = 0

  /// Has the text counted from here on.
  mutating func count(by tokenizer: Tokenizer, bytesMax: Int) {
    text = BodyText(tokenizer, bytesMax: bytesMax)
    looksAtText = true
  }

  /// - Parameter readsArguments: whether the document's values are looked at for this tally. The results of batches have one of their
  ///   own, for which they are not.
  init(readsArguments: Bool = false) { arguments = ArgumentTexts(isOn: readsArguments) }

  mutating func takeArguments(_ part: RawSpan, isWritten: Bool) { arguments.take(part, isWritten: isWritten) }
  mutating func endArguments() { arguments.endValue() }

  mutating func addContent(bytes: Int) { documentContentBytes &+= bytes }

  /// Counts the content of a document as one delta.
  mutating func endDocument() {
    arguments.clear()
    guard documentContentBytes > 0 else { return }
    facts.outputTextBytes &+= Int64(documentContentBytes)
    if isStream { facts.contentDeltas &+= 1 }
    documentContentBytes = 0
    hasContent = true
  }

  mutating func report(_ usage: Usage, others: [ModelUsage] = []) {
    self.usage = usage
    otherUsage = others
    revision &+= 1
  }

  mutating func readResponseID(_ json: borrowing JSONReader) {
    guard facts.responseID == nil, json.kind == .string, json.size > 0, json.isTextWhole else { return }
    facts.responseID = json.string
    revision &+= 1
  }

  mutating func readModel(_ json: borrowing JSONReader) {
    guard let text = Self.changed(facts.model, json) else { return }
    facts.model = text
  }

  mutating func readServiceTier(_ json: borrowing JSONReader) {
    guard let text = Self.changed(facts.context.serviceTier, json) else { return }
    facts.context.serviceTier = text
  }

  /// The text of a string that is neither empty nor what is known already: most events repeat what is known.
  private static func changed(_ known: String?, _ json: borrowing JSONReader) -> String? {
    guard json.kind == .string, json.size > 0, json.isTextWhole else { return nil }
    if let known, json.isText(known) { return nil }
    return json.string
  }

  /// Adds one reply of a body that holds several.
  mutating func addItem(_ item: ReplyItem) {
    // Those that have waited for an id come at once, beside those of the same part.
    if items.count < 2 * ReplyReader.itemsMax { items.append(item) }
  }

  /// Adds a call that the client is to execute.
  ///
  /// - Returns: its place among those that are kept; nil where it is only counted.
  @discardableResult
  mutating func addToolCall(id: String, name: String) -> Int? {
    facts.toolCallCount &+= 1
    hasContent = true
    guard facts.toolCalls.count < Self.toolCallsMax else { return nil }
    facts.toolCalls.append(ToolCall(id: id, name: name))
    arguments.addCall()
    return facts.toolCalls.count &- 1
  }

  /// Adds a call that comes whole, with the arguments that were read since the last one.
  mutating func addWholeToolCall(id: String, name: String, isFreeText: Bool = false) {
    var text = arguments.takeText()
    text.isWhole = true
    text.isFree = isFreeText
    if let place = addToolCall(id: id, name: name) { arguments.add(text, to: place) }
  }

  mutating func addServerToolCall(name: String, isMCP: Bool = false) {
    hasContent = true
    if isMCP { facts.mcpCallCount &+= 1 }
    let isKnown = facts.serverToolCalls[name] != nil
    let key = isKnown || facts.serverToolCalls.count < Self.serverToolsMax ? name : "other"
    facts.serverToolCalls[key, default: 0] &+= 1
  }

  /// Notes an error. A code that is no word is the peer's prose, and is not taken over.
  mutating func fail(code: String?) {
    let isWord = code.map { code in
      !code.isEmpty && code.utf8.count <= Self.errorCodeBytesMax && code.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F }
    }
    facts.errorCode = isWord == true ? code : "error"
  }

  /// The facts as they are handed out.
  consuming func finish() -> ReplyFacts {
    facts.outputTally = text?.tally
    facts.hasContent = hasContent
    facts.toolArguments = arguments.finish()
    // A model that only led others to answer has used nothing of its own.
    if let usage, !usage.isEmpty || otherUsage.isEmpty { facts.usage = [ModelUsage(model: nil, usage: usage)] }
    facts.usage += otherUsage
    return facts
  }
}
