internal import JSON
internal import Metering

/// A batch of Gemini: when it is made, polled, listed, or its results are read as a file. Each reply in it is a bill of its
/// own; a finished batch repeats its replies, even within one document, so that each is known by an id.
///
/// https://ai.google.dev/api/batch-api
struct GeminiBatchReply: ~Copyable, DocumentWire {
  enum Field: UInt8 {
    case batch = 40
    case name, model, list, element, reply, replyTokens, key
  }

  /// A batch as an operation, and a list of them.
  static let shape = JSONShape(
    .object([
      "operations": .array(of: .object(Field.batch, [:]).orObject(batch)),
      "batches": .array(of: .object(Field.batch, [:]).orObject(batch)),
      "error": ErrorMembers.pattern,
    ]).orObject(batch))

  /// A file of results: a line for each request, with its reply.
  static let resultsShape = JSONShape(
    .object(
      Field.element, ["key": .text(Field.key), "response": reply, "error": .object(["code": .scalar(Field.batch)])]))

  private static let batch: KeyValuePairs<String, JSONPattern> = [
    "name": .text(Field.name),
    "model": .text(Field.model),
    "metadata": .object(["name": .text(Field.name), "model": .text(Field.model), "output": output]),
    "response": output,
    "output": output,
  ]

  private static let output = JSONPattern.object([
    "inlinedResponses": inlined, "inlined_responses": inlined,
    "inlinedEmbedContentResponses": inlined, "inlined_embed_content_responses": inlined,
  ])

  private static let inlined = JSONPattern.object(["inlinedResponses": replies, "inlined_responses": replies])

  private static let replies = JSONPattern.array(
    Field.list, of: .object(Field.element, ["response": reply]))

  private static let reply = JSONPattern.object(
    Field.reply, ["tokenCount": .text(Field.replyTokens), "token_count": .text(Field.replyTokens)]
  ).orObject(GenerateContentResponse.members)

  private var error = ErrorMembers()
  private var errors = ReplyTally()
  private var response = GenerateContentResponse()
  private var tally = ReplyTally()
  private var isInReply = false
  private var embeddingTokens: Int64?

  private var name: String?
  private var model: String?
  private var index: Int64 = -1
  /// The caller's name for a request, and the file that is read.
  private var key: String?
  private let isFile: Bool
  private let resultsID: String?
  /// Replies without an id, until the batch's name gives them one.
  private var nameless: [(index: Int64, item: ReplyItem)] = []
  /// Ids that this body has had. Beyond their limit, the caller alone tells what it has counted.
  private var seen: Set<String> = []

  /// - Parameters:
  ///   - isFile: whether the document is a line of a file, rather than a batch.
  ///   - resultsID: the file or the batch that is read, where the path names one.
  init(isFile: Bool, resultsID: String?) {
    self.isFile = isFile
    self.resultsID = resultsID
  }

  // MARK: Reading

  mutating func begin(_ label: UInt8, _ json: borrowing JSONReader, _ outer: inout ReplyTally) {
    error.begin(label)
    switch Field(rawValue: label) {
    case .batch: beginBatch()
    case .list: index = -1
    case .element:
      index &+= 1
      key = nil
    case .reply:
      response = GenerateContentResponse()
      tally = ReplyTally()
      embeddingTokens = nil
      isInReply = true
    default: if isInReply { response.begin(label, &tally) }
    }
  }

  mutating func value(_ label: UInt8, _ json: borrowing JSONReader, _ outer: inout ReplyTally) {
    switch Field(rawValue: label) {
    case .name: name = json.wholeText ?? name
    case .model: model = json.wholeText ?? model
    case .replyTokens: embeddingTokens = json.protoCount
    case .key: key = json.wholeText
    case .batch, .list, .element, .reply: break
    case nil:
      error.value(label, json, &errors)
      if isInReply { response.value(label, json, &tally) }
    }
  }

  mutating func end(_ label: UInt8, _ json: inout JSONReader, _ outer: inout ReplyTally) {
    error.end(label, &errors)
    switch Field(rawValue: label) {
    case .batch: settleNameless(&outer)
    case .reply: endReply(&outer)
    default: if isInReply { response.end(label, &json, &tally) }
    }
  }

  mutating func endDocument(_ outer: inout ReplyTally) {
    // A batch that failed is no failure of the request for its state.
    if name == nil, let code = errors.facts.errorCode { outer.fail(code: code) }
    settleNameless(&outer)
    name = nil
    model = nil
    // The lines of a file are counted on.
    if !isFile { index = -1 }
  }

  // MARK: Replies

  private mutating func beginBatch() {
    name = nil
    model = nil
    index = -1
  }

  private mutating func endReply(_ outer: inout ReplyTally) {
    isInReply = false
    response.endResponse(&tally)
    if tally.usage == nil, let embeddingTokens {
      var usage = Usage()
      usage[.input] = embeddingTokens
      tally.report(usage)
    }
    var facts = tally.finish()
    tally = ReplyTally()
    facts.isTerminal = true
    facts.context.processing = "batch"
    guard !facts.usage.isEmpty || facts.finishReason != nil || facts.responseID != nil else { return }
    if facts.model == nil { facts.model = model.map(Self.withoutCollection) }
    // The name of a line may stand behind it, and the model of a batch.
    if facts.responseID == nil, !isFile, facts.model != nil {
      facts.responseID = (name ?? resultsID).map { "\($0)#\(index)" }
    }
    let item = ReplyItem(facts: facts, isBatch: true)
    if facts.responseID == nil { wait(item) } else { add(item, &outer) }
  }

  /// Has a reply wait for its batch's name. What is beyond the limit is added to the last one that waits.
  private mutating func wait(_ item: ReplyItem) {
    guard nameless.count >= ReplyReader.itemsMax, var last = nameless.popLast() else {
      nameless.append((index, item))
      return
    }
    for part in item.facts.usage {
      let model = part.model ?? item.facts.model
      let isOwn = model == nil || model == last.item.facts.model
      if let place = last.item.facts.usage.firstIndex(where: { isOwn ? $0.model == nil : $0.model == model }) {
        last.item.facts.usage[place].usage = last.item.facts.usage[place].usage + part.usage
      } else if last.item.facts.usage.count < ReplyTally.modelUsagesMax {
        last.item.facts.usage.append(ModelUsage(model: isOwn ? nil : model, usage: part.usage))
      }
    }
    nameless.append(last)
  }

  private mutating func settleNameless(_ outer: inout ReplyTally) {
    for (index, item) in nameless {
      var item = item
      item.facts.responseID = (name ?? resultsID).map { "\($0)#\(key ?? String(index))" }
      if item.facts.model == nil { item.facts.model = model.map(Self.withoutCollection) }
      add(item, &outer)
    }
    nameless = []
  }

  private mutating func add(_ item: ReplyItem, _ outer: inout ReplyTally) {
    if let id = item.facts.responseID, seen.count < ReplyReader.itemsMax || seen.contains(id) {
      guard seen.insert(id).inserted else { return }
    }
    outer.addItem(item)
  }

  private static func withoutCollection(_ model: String) -> String {
    model.hasPrefix("models/") ? String(model.dropFirst("models/".count)) : model
  }
}
