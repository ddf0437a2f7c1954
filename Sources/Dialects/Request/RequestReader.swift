internal import JSON
internal import Metering
public import Tokenizers

/// Reads the body of a request as its parts arrive. Bounded; never traps on any input; keeps no text.
public struct RequestReader: ~Copyable {
  private var json: JSONReader
  private var wire: RequestWires
  private var facts = RequestFacts()

  private let endpoint: Endpoint

  /// How much text of a request is counted in tokens, in bytes as they are written: some milliseconds of a thread.
  public static let countedBytesMax = 1 << 20

  /// A reader for the body of a request to `endpoint`.
  ///
  /// - Parameters:
  ///   - contentType: the value of the header field, which tells a form from JSON; nil where there is none.
  ///   - tokenizer: what the text is counted by; nil where it is not counted, which is many times faster.
  ///   - key: what the fingerprints of the conversation are made with; nil where they are not made.
  public init(
    endpoint: Endpoint, contentType: String? = nil, counting tokenizer: Tokenizer? = nil,
    linking key: FingerprintKey? = nil
  ) {
    self.endpoint = endpoint
    // Bytes alone bound the tokens of all tokenizers but Claude's (and those of which nothing is known).
    let isMarked = endpoint.dialect == .anthropic || TokenizerFamily(model: endpoint.model).isClaude
    facts.look(at: tokenizer != nil || isMarked, counting: tokenizer, bytesMax: Self.countedBytesMax)
    if let key, !Self.isForm(contentType: contentType) { facts.follow(by: key) }
    wire = RequestWires(endpoint, contentType: contentType)
    json = JSONReader(shape: wire.shape)
  }

  /// Whether a body of this content type is a form (`multipart/form-data`): with the files that it brings it has no limit, so
  /// that it is streamed.
  public static func isForm(contentType: String?) -> Bool { contentType.map(FormRequest.isForm) ?? false }

  /// Reads the next part of the body. Parts may be cut anywhere.
  public mutating func consume(_ bytes: RawSpan) {
    facts.bodyBytes &+= Int64(bytes.byteCount)
    wire.read(bytes, with: &json, into: &facts)
  }

  /// How much of a prompt there is so far.
  var extent: PromptExtent { PromptExtent(facts) }

  /// What was read. `isComplete` says whether that was the whole of one JSON object, or of one form.
  public consuming func finish() -> RequestFacts {
    let isWhole = json.finish()
    wire.finish(&facts, isWhole: isWhole)
    facts.settleText()
    // What the path says goes before the body: the provider reads it there. But the deployment that a path of Azure names is
    // its customer's word for a model, and says less than the body's.
    let isDecided = endpoint.dialect == .openai ? facts.model != nil : false
    if let model = endpoint.model, !isDecided { facts.model = model }
    if let streams = endpoint.streams { facts.wantsStream = streams }
    if endpoint.operation == .decisions { facts.context.endpoint = "decisions" }
    return facts
  }
}
