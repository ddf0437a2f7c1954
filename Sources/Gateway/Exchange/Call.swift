import Budgets
import Dialects
import Ledger
import Metering
import NIOCore
import Runs
import Tokenizers
import Upstream

/// What is known of one call while it is under way, and what it holds: its ledger ticket, its readers, its transfer.
///
/// Bound to the event loop of its connection. It outlives the connection where a reply is drained after its client left.
final class Call {
  let id: CallID
  let startedAt: Timestamp
  let startedUptimeNanoseconds: UInt64
  let method: String
  let route: Route
  /// The API that was called; nil where no dialect knows it.
  let endpoint: Endpoint?
  let identity: CallerIdentity
  /// The run that it belongs to; nil where there is none.
  var run: String?
  /// Where in the run it stands.
  var place: RunPlace?
  /// Its place among the calls of the run; nil where there is none, and once the run knows how it ended.
  var runTicket: RunTicket?
  /// What guardrails say of a call of tools that belongs to no run.
  var answerAlone = GuardrailAnswer()
  /// Where the client calls from, without its port; nil where that is not known.
  let clientAddress: String?
  /// Header fields as they go upstream.
  let headers: [(name: String, value: String)]
  /// Whether the client framed a body, be it an empty one.
  let hasBody: Bool
  /// Whether the request's body has a content coding, so that offsets of what was read are not offsets of its bytes.
  let isRequestEncoded: Bool
  /// Whether the body is a form: it may bring files, and nothing has to be decided from it before it goes upstream.
  let isForm: Bool
  /// Whether the request opens a WebSocket.
  var opensWebSocket = false

  private var requestReader: UniqueBox<RequestReader>?
  private var requestDecoder: BodyDecoder?
  /// What the request says, as far as it has been read to its end.
  var requestFacts = RequestFacts()
  /// Tokens that the prompt is expected to have.
  var promptTokensEstimate: Int64 = 0
  /// The body while it is kept whole.
  var gatheredBody: ByteBuffer?
  private var gatheredBytes = 0
  private var gatheredLimit: GatheredBytes?
  var requestBytes: Int64 = 0
  /// When the request's last byte had been read.
  var requestEndUptimeNanoseconds: UInt64 = 0
  /// What Tollgate itself added before the request was sent on.
  var overheadNanoseconds: UInt64 = 0
  /// Whether `stream_options.include_usage` was added to the request.
  var usageWasAsked = false
  /// What was changed in the request, as `x-tollgate-changed` says.
  var changes: [String] = []

  /// What budgets have reserved for the call; nil where none matches, and once it is settled.
  var reservation: BudgetAdmission?
  /// What budgets hold for it; nil where none has been asked.
  var reserve: CallReserve?
  /// How long its prompt can be; nil where no hard budget asked.
  var promptBounds: PromptBounds?
  /// What tells its prompt from others; nil where no hard budget asked, and where what is reported of it bounds no other.
  var prompt: CallPrompt?
  /// How what the call costs follows from its output; nil where nothing bounds it.
  var outputTerms: ClampTerms?
  /// What the reply may visibly cost; nil where no hard budget bounds it.
  var visibleSpend: VisibleSpend?
  /// Where the frames of the reply end, where it may have to be cut between two.
  var frames: FrameBoundary?
  /// How the stream is ended that cost more than could be reserved.
  var cutNotice: CutNotice?
  /// The call's place in the queue of a budget, while it waits.
  var waiter: WaiterID?
  /// What a person is asked about, while the call is parked for that.
  var hold: CallID?
  /// What the call needed when it was first held: what a person allows is compared with that.
  var heldNeed: CallNeed?
  var ticket: Ticket?
  var transfer: CallTransfer?

  /// What the head of the reply says.
  var reply = ReplyHeadFacts()
  private var replyMeter: ReplyMeter?
  /// Takes the chunk with the usage out of the stream, where the client did not ask for it.
  var usageChunkFilter: UsageChunkFilter?
  /// Bytes that came from the upstream.
  var responseBytes: Int64 = 0
  /// When text, reasoning or a tool call first came.
  var firstTokenUptimeNanoseconds: UInt64?
  /// The status that the client received; 0 before.
  var statusSent = 0
  /// Whether the client left before it had seen the reply's own end.
  private(set) var clientLeftEarly = false
  /// Whether Tollgate gave the client up: it did not read, or the time to drain was over.
  var isCutHere = false
  /// A header field of the reply cannot be passed on, so that the transfer was cancelled.
  var replyIsMalformed = false
  /// Bytes handed over by the transfer and not yet returned as credit, because the client reads slowly.
  var creditHeldBytes = 0
  /// A refusal of Tollgate's own that ended the transfer.
  var refusalCode: Refusal.Code?

  init(
    id: CallID, startedAt: Timestamp, startedUptimeNanoseconds: UInt64, method: String, route: Route,
    endpoint: Endpoint?, identity: CallerIdentity, headers: [(name: String, value: String)], framing: BodyFraming,
    coding: ContentCoding, contentType: String?, clientAddress: String? = nil, linking linkKey: FingerprintKey? = nil
  ) {
    self.id = id
    self.startedAt = startedAt
    self.startedUptimeNanoseconds = startedUptimeNanoseconds
    self.method = method
    self.route = route
    self.endpoint = endpoint
    self.identity = identity
    self.headers = headers
    self.clientAddress = clientAddress
    hasBody = framing != .none
    isRequestEncoded = coding != .identity
    isForm = RequestReader.isForm(contentType: contentType)
    if let endpoint, coding != .other {
      requestReader = UniqueBox(RequestReader(endpoint: endpoint, contentType: contentType, linking: linkKey))
    }
    if requestReader != nil { requestDecoder = BodyDecoder(coding) }
  }

  /// The path without its query: what is kept of the target.
  var path: String { route.path }

  /// The dialect that errors of Tollgate's own are written in.
  var dialect: Dialect? { endpoint?.dialect ?? route.dialect }

  /// Whether the call may spend money that no dialect can count. Methods that fetch or delete generate nothing.
  var isUnmetered: Bool { endpoint == nil && (opensWebSocket || !Self.freeMethods.contains(method)) }

  static let freeMethods: Set<String> = ["GET", "HEAD", "OPTIONS", "DELETE"]

  // MARK: The request

  /// Takes a part of the body: counted and read.
  func readRequestPart(_ part: ByteBuffer) {
    requestBytes &+= Int64(part.readableBytes)
    part.withUnsafeReadableBytes { readRequest($0) }
  }

  /// Takes a part of the body and keeps it. False where there is no room for it.
  func gather(_ part: ByteBuffer, within limit: GatheredBytes) -> Bool {
    guard limit.reserve(part.readableBytes) else { return false }
    gatheredLimit = limit
    gatheredBytes += part.readableBytes
    readRequestPart(part)
    if gatheredBody == nil {
      gatheredBody = part
    } else {
      gatheredBody?.writeImmutableBuffer(part)
    }
    return true
  }

  deinit { gatheredLimit?.release(gatheredBytes) }

  private func readRequest(_ bytes: UnsafeRawBufferPointer) {
    if requestDecoder == nil {
      requestReader?.value.consume(bytes.bytes)
    } else {
      requestDecoder?.decode(bytes) { requestReader?.value.consume($0.bytes) }
    }
  }

  func finishRequest(counts: LearnedCounts, uptimeNanoseconds: UInt64) {
    requestEndUptimeNanoseconds = uptimeNanoseconds
    if let reader = requestReader.take() { requestFacts = reader.take().finish() }
    requestDecoder = nil
    if endpoint?.operation == .mcp { readMessageHeaders() }
    countPrompt(counts)
  }

  /// Reads what the header says of a message to a server of tools whose body could not be read.
  private func readMessageHeaders() {
    var message = MCPRequestHeaders()
    for (name, value) in headers { message.read(name: name.lowercased(), value: value) }
    message.complete(&requestFacts)
  }

  // MARK: The reply

  func beginReply(_ head: UpstreamHead, counts: LearnedCounts) {
    reply = ReplyHeadFacts(head)
    // A stored file has no events, whatever its type says: it ends where its bytes do.
    if endpoint?.operation.isStoredFile == true, reply.framing.isStream { reply.framing = .json }
    guard let endpoint else { return }
    replyMeter = ReplyMeter(
      reply, endpoint: endpoint, provider: route.provider.name,
      tokenizer: counts.family(model: requestFacts.model).tokenizer)
  }

  /// Reads a part of the reply, which is sent to the client right behind that.
  ///
  /// - Returns: the bytes of text so far, where they have grown by so much that it is worth a look.
  @discardableResult
  func meter(_ part: ByteBuffer, ledger: Ledger, uptimeNanoseconds: UInt64) -> Int64? {
    guard replyMeter != nil else { return nil }
    part.withUnsafeReadableBytes { replyMeter?.read($0, ledger: ledger) }
    if firstTokenUptimeNanoseconds == nil, replyMeter?.hasContent == true {
      firstTokenUptimeNanoseconds = uptimeNanoseconds
    }
    guard let (progress, model, responseID) = replyMeter?.takeProgress() else { return nil }
    ticket?.store(
      usage: progress.usage, outputTextBytes: progress.outputTextBytes, model: model, responseID: responseID,
      status: reply.status)
    return progress.outputTextBytes
  }

  /// The replies of a body that holds several.
  var items: ReplyItems { replyMeter?.items ?? ReplyItems() }

  /// The client is gone. One that leaves once it has seen the last event of a stream has had all of it.
  func clientLeft() {
    let hasSeenEnd = reply.framing.isStream && replyMeter?.isTerminal == true
    if !hasSeenEnd { clientLeftEarly = true }
  }

  /// A reply that was to be cut came to its own end before it could be.
  func endsUncut() {
    guard cutNotice?.isDone == false else { return }
    refusalCode = nil
    isCutHere = false
  }

  /// Whether the reply's body could not be read, so that its usage is not known.
  var isReplyOpaque: Bool { reply.framing == .opaque || replyMeter?.hasFailed == true }

  /// Bytes of the reply's body, with its coding undone as far as it can be.
  var decodedReplyBytes: Int64 { replyMeter?.decodedBytes.map { Int64($0) } ?? responseBytes }

  /// Why the transfer failed, where it did.
  func failure(of end: TransferEnd) -> TransferFailure {
    if replyIsMalformed { return .badFraming }
    if case .failed(let failure) = end.result { return failure }
    return .brokenOff
  }

  func finishReply() -> ReplyFacts {
    // A transfer may end before an upload has.
    if let reader = requestReader.take() { requestFacts = reader.take().finish() }
    return replyMeter?.finish() ?? ReplyFacts()
  }
}
