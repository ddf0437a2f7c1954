internal import JSON
internal import Metering

/// The turns on a socket of Gemini's Live API: asked for by `client_content` that completes the client's turn, or begun by the
/// model when it hears the end of speech; ended by `turnComplete`. A turn has its whole tool loop, and one bill.
final class LiveSocket {
  var responses = SocketResponses()

  private var serverJSON = JSONReader(shape: LiveServerWire.shape)
  private var clientJSON = JSONReader(shape: LiveClientWire.shape)
  private var serverWire = LiveServerWire()
  private var clientWire = LiveClientWire()
  private var serverMessage = LiveServerMessage()
  private var clientMessage = LiveClientMessage()

  private var model: String?
  /// What the client has said since the last turn began.
  private var pending = RequestFacts()
  /// What the open turn is billed for, as far as that has been said.
  private var usage = GeminiUsage()
  private var grounding = GeminiGrounding()
  /// Whether the open turn is complete, and only its bill is still to come.
  private var awaitsUsage = false

  init() { pending.isComplete = true }

  func consume(_ bytes: RawSpan, from peer: SocketPeer) {
    switch peer {
    case .server: serverWire.read(bytes, with: &serverJSON, into: &serverMessage)
    case .client: clientWire.read(bytes, with: &clientJSON, into: &clientMessage)
    }
  }

  func endMessage(from peer: SocketPeer) {
    switch peer {
    case .server:
      if serverJSON.finish() { take(serverMessage) }
      serverJSON.reset()
      serverMessage = LiveServerMessage()
    case .client:
      if clientJSON.finish() { take(clientMessage) }
      clientJSON.reset()
      clientMessage = LiveClientMessage()
    }
  }

  // MARK: The client

  private func take(_ message: LiveClientMessage) {
    if message.isSetup { model = message.model.map(Self.modelName) }
    pending.promptTextBytes &+= message.textBytes
    if message.hasToolResults, let place = openTurn {
      // The turn goes on with the results, and they are its own.
      responses.addToolResults(message.toolResults, at: place)
    } else {
      pending.toolResults &+= message.toolResults
    }
    guard message.asks else { return }
    if awaitsUsage { endTurn() }
    if openTurn == nil { beginTurn() }
  }

  /// `models/gemini-…`, `publishers/google/models/…` and `projects/…/models/…` name a model by its last segment.
  private static func modelName(_ resource: String) -> String {
    guard let slash = resource.utf8.lastIndex(of: UInt8(ascii: "/")) else { return resource }
    let name = resource[resource.utf8.index(after: slash)...]
    return name.isEmpty ? resource : String(name)
  }

  private var openTurn: Int? { responses.open.isEmpty ? nil : responses.open.count - 1 }

  @discardableResult
  private func beginTurn() -> Int {
    var request = pending
    request.model = model
    pending = RequestFacts()
    pending.isComplete = true
    awaitsUsage = false
    usage = GeminiUsage()
    grounding = GeminiGrounding()
    return responses.begin(request)
  }

  private func endTurn() {
    awaitsUsage = false
    if let place = openTurn { responses.end(at: place) }
  }

  // MARK: The server

  private func take(_ message: LiveServerMessage) {
    let hasContent = message.hasContent || message.tally.facts.toolCallCount > 0
    if awaitsUsage, hasContent { endTurn() }
    if openTurn == nil {
      // A turn of the model's own accord; and a bill belongs to some turn, whatever was seen of it.
      guard hasContent || message.usage != nil else { return }
      beginTurn()
    }
    guard let place = openTurn else { return }
    if let report = message.usage { usage.merge(report) }
    if !message.grounding.isEmpty { grounding = message.grounding }
    let model = model
    var cells = usage.cells
    if !grounding.isEmpty { grounding.bill(&cells, model: model) }
    let bill = usage.hasCounts || !grounding.isEmpty ? [ModelUsage(model: nil, usage: cells)] : []
    responses.update(at: place) { response in
      response.facts.model = model
      response.hasContent = response.hasContent || hasContent
      response.facts.outputTextBytes &+= message.textBytes
      if message.textBytes > 0 { response.facts.contentDeltas &+= 1 }
      response.facts.addTools(of: message.tally.facts)
      if let code = message.tally.facts.errorCode { response.facts.errorCode = code }
      if message.isInterrupted { response.facts.finishReason = "interrupted" }
      response.facts.usage = bill
      response.facts.usageRaw = message.tally.facts.usageRaw ?? response.facts.usageRaw
      if let tier = message.tally.facts.context.serviceTier { response.facts.context.serviceTier = tier }
      if message.isTurnComplete { response.completeTurn() }
    }
    if message.isTurnComplete || awaitsUsage, !usage.hasCounts {
      awaitsUsage = true
    } else if message.isTurnComplete || awaitsUsage {
      endTurn()
    }
  }
}

extension SocketResponses.Response {
  fileprivate mutating func completeTurn() {
    facts.isTerminal = true
    if facts.finishReason == nil { facts.finishReason = "turn_complete" }
  }
}
