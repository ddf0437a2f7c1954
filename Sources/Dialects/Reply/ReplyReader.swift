internal import JSON
public import Metering
public import Tokenizers

/// How the body of a reply is framed, told from its headers.
public enum ReplyFraming: Sendable, Equatable {
  case json
  case serverSentEvents
  /// JSON documents that each end with a line feed.
  case lines
  /// `application/vnd.amazon.eventstream`: documents in binary frames.
  case frames
  /// Neither, or a content coding that is not decoded: nothing is read, unless the body begins like a JSON object.
  case opaque

  /// Whether the body is a sequence of events, which is understood as it flows.
  public var isStream: Bool {
    switch self {
    case .serverSentEvents, .lines, .frames: true
    case .json, .opaque: false
    }
  }
}

/// Reads the body of a reply as its parts arrive, after they were forwarded.
///
/// Bounded, whatever the body: no text is kept but ids, names and the usage object, each with a limit. Nothing that a
/// peer can send traps; what is not understood is passed over.
public struct ReplyReader: ~Copyable {
  private var body: ReplyBody
  private var wire: ReplyWires
  private let endsWithMark: Bool
  /// Whether the body is a file of documents, which ends with its last byte.
  private let isFile: Bool
  private let modelPriced: String?
  private let headers: ReplyHeaders
  private let status: Int
  /// The id in the path, where the reply names none.
  private let responseIDOfPath: String?

  /// A reader for the reply to a request to `endpoint`.
  ///
  /// - Parameters:
  ///   - status: the reply's status: an error that neither its body nor its header names is `error`.
  ///   - framing: what the headers say; where the first byte contradicts them, it decides.
  ///   - headers: what the reply's header says: it fills in what the body leaves out.
  ///   - tokenizer: what the reply's text is counted by; nil where it is not counted.
  public init(
    endpoint: Endpoint, status: Int, framing: ReplyFraming, headers: ReplyHeaders = ReplyHeaders(),
    counting tokenizer: Tokenizer? = nil
  ) {
    let operation = endpoint.operation
    self.headers = headers
    self.status = status
    modelPriced = endpoint.modelPriced
    // A stored file is of whatever kind its bytes are: where they are JSON, it is read line by line.
    isFile = operation.isStoredFile && framing != .opaque
    let isLineBased = endpoint.dialect == .ollama || operation == .cohereChat
    wire = ReplyWires(endpoint)
    body = ReplyBody(
      framing: isFile ? .lines : framing, shape: wire.shape, other: OtherContent(operation),
      isLineBased: isLineBased)
    // A client that listens to a server leaves when it likes.
    if operation == .mcp, endpoint.streams == true { body.tally.facts.isTerminal = true }
    if let tokenizer { body.tally.count(by: tokenizer, bytesMax: Self.countedBytesMax) }
    endsWithMark = operation == .chatCompletions || operation == .completions || operation == .assistantRun
    responseIDOfPath = endpoint.responseID
  }

  /// Reads the next part of the body. Parts may be cut anywhere.
  public mutating func consume(_ bytes: RawSpan) { wire.read(bytes, with: &body) }

  /// Whether content (text, reasoning or a tool call) has been seen: the moment of the first token.
  public var hasContent: Bool { body.tally.hasContent }

  /// Facts so far, cheap enough to be read after each part: what a crash must not lose.
  public var progress: ReplyProgress {
    var progress = ReplyProgress()
    progress.revision = body.tally.revision
    if let usage = body.tally.usage { progress.usage = usage }
    progress.outputTextBytes = body.tally.facts.outputTextBytes
    progress.hasResponseID = body.tally.facts.responseID != nil
    return progress
  }

  /// The provider's response id, once it has been read.
  public var responseID: String? { body.tally.facts.responseID }

  /// The answering model, once it has been read.
  public var model: String? { body.tally.facts.model }

  /// Whether the reply's own end has been read: its last event, or the whole of its document.
  public var isTerminal: Bool { body.tally.facts.isTerminal || endsWithMark && body.hasSeenEndMark }

  /// Takes the replies that were read since the last time, of a body that holds several (the results of a batch, the
  /// frames of a socket). To be called after each part: at most twice ``itemsMax`` are kept.
  public mutating func takeItems() -> [ReplyItem] {
    guard !body.tally.items.isEmpty else { return [] }
    let items = body.tally.items
    body.tally.items = []
    return items
  }

  /// How much text of a reply is counted in tokens, in bytes as they are written.
  public static let countedBytesMax = 4 << 20

  /// How many replies of one body are kept until they are taken.
  public static let itemsMax = 4096

  /// The whole of what was read.
  public consuming func finish() -> ReplyFacts {
    let isWhole = body.finish()
    let isStream = body.tally.isStream
    var facts = body.tally.finish()
    // Some compatible servers (Perplexity's) leave the mark out.
    let isAccounted = facts.finishReason != nil && !facts.usage.isEmpty
    if endsWithMark, isStream, isWhole || isAccounted { facts.isTerminal = true }
    if !isStream || isFile, isWhole { facts.isTerminal = true }
    if facts.responseID == nil { facts.responseID = responseIDOfPath }
    headers.complete(&facts)
    if facts.modelPriced == nil { facts.modelPriced = modelPriced }
    if !facts.isTerminal { facts.forgetBrokenArguments() }
    if status >= 400, facts.errorCode == nil { facts.errorCode = "error" }
    return facts
  }
}

/// What is known of a reply while it flows.
public struct ReplyProgress: Sendable, Equatable {
  /// Grows whenever ``usage`` or ``hasResponseID`` changes, so that callers can skip work.
  public var revision: UInt32
  /// The usage reported so far, of the answering model; empty before the first report.
  public var usage: Usage
  /// UTF-8 bytes of content so far, as in ``ReplyFacts/outputTextBytes``.
  public var outputTextBytes: Int64
  /// Whether the provider's response id has been read.
  public var hasResponseID: Bool

  /// Nothing so far.
  public init() {
    revision = 0
    usage = Usage()
    outputTextBytes = 0
    hasResponseID = false
  }
}
