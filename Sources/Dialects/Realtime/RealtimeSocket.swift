internal import JSON
internal import Metering

/// The responses on a realtime socket: asked for by `response.create`, or begun by the provider when it hears the end of
/// speech; ended by `response.done`. What was said is written down by another model, which is a bill of its own.
final class RealtimeSocket {
  var responses = SocketResponses()

  private var serverJSON = JSONReader(shape: RealtimeEventWire.shape)
  private var clientJSON = JSONReader(shape: RealtimeClientEventWire.shape)
  private var serverWire = RealtimeEventWire()
  private var clientWire = RealtimeClientEventWire()
  private var serverEvent = RealtimeEvent()
  private var clientEvent = RealtimeClientEvent()

  private var model: String?
  private var transcriptionModel: String?
  /// What the client has put into the conversation since the last response began.
  private var pending = RequestFacts()
  /// The number of the response that stands for a Live session, billed by its length.
  private var liveSession: Int?

  /// - Parameter model: the one that the handshake asked for.
  init(model: String?) {
    self.model = model
    pending.isComplete = true
  }

  func consume(_ bytes: RawSpan, from peer: SocketPeer) {
    switch peer {
    case .server: serverWire.read(bytes, with: &serverJSON, into: &serverEvent)
    case .client: clientWire.read(bytes, with: &clientJSON, into: &clientEvent)
    }
  }

  func endMessage(from peer: SocketPeer) {
    switch peer {
    case .server:
      if serverJSON.finish() { take(serverEvent) }
      serverJSON.reset()
      serverEvent = RealtimeEvent()
    case .client:
      if clientJSON.finish() { take(clientEvent) }
      clientJSON.reset()
      clientEvent = RealtimeClientEvent()
    }
  }

  // MARK: The client

  private func take(_ event: RealtimeClientEvent) {
    pending.promptTextBytes &+= event.textBytes
    pending.toolResults &+= event.toolResults
    pending.usage[.inputMessages] &+= event.textMessages
    switch event.kind {
    case .sessionUpdate, .sessionStart:
      // What the server answers counts where it says more.
      if let model = event.model { self.model = model }
      if let transcriptionModel = event.transcriptionModel { self.transcriptionModel = transcriptionModel }
    case .responseCreate: responses.begin(takePending(), eventID: event.eventID)
    case .itemCreate, nil: break
    }
  }

  private func takePending() -> RequestFacts {
    var facts = pending
    facts.model = model
    pending = RequestFacts()
    pending.isComplete = true
    return facts
  }

  // MARK: The server

  private func take(_ event: RealtimeEvent) {
    switch event.kind {
    case .sessionCreated, .sessionUpdated, .transcriptionSessionCreated, .transcriptionSessionUpdated:
      takeSession(event)
    case .sessionStarted, .usageUpdated, .sessionClosed: takeLiveSession(event)
    case .responseCreated: responses.update(at: placeOfBegun(event)) { $0.facts.responseID = event.identity }
    case .responseDone: endResponse(event)
    case .transcription: takeTranscription(event)
    case .error: takeError(event)
    case .responseEvent: takeInner(event)
    case .itemDone, .audioDelta, .outputAudioDelta, .responseCompleted, .responseIncomplete, .responseFailed, nil:
      takeContent(event, kind: event.kind, at: responses.place(ofResponse: event.responseID))
    }
  }

  private func takeSession(_ event: RealtimeEvent) {
    if let model = event.model { self.model = model }
    if let transcriptionModel = event.transcriptionModel { self.transcriptionModel = transcriptionModel }
  }

  /// The response that the provider has begun: known already, else the oldest that was asked for, else one of its own accord.
  private func placeOfBegun(_ event: RealtimeEvent) -> Int {
    responses.place(ofResponse: event.identity)
      ?? responses.place { !$0.isAnswered && $0.number != liveSession }
      ?? responses.begin(takePending())
  }

  private func takeContent(_ event: RealtimeEvent, kind: RealtimeEvent.Kind?, at place: Int?) {
    guard let place else { return }
    let tally = event.tally
    responses.update(at: place) { response in
      if event.deltaBytes > 0 {
        response.hasContent = true
        if kind?.isDelta != true {
          response.facts.outputTextBytes &+= Int64(event.deltaBytes)
          response.facts.contentDeltas &+= 1
        }
      }
      if kind == .itemDone { response.facts.addTools(of: tally.facts) }
    }
  }

  private func endResponse(_ event: RealtimeEvent) {
    let place = placeOfBegun(event)
    let model = model
    responses.update(at: place) { response in
      response.facts.end(with: event.tally, id: event.identity, model: model)
      response.billMessages()
    }
    responses.end(at: place)
  }

  /// What was said, written down: billed to the model that did it.
  private func takeTranscription(_ event: RealtimeEvent) {
    guard var usage = event.tally.usage else { return }
    usage[.inputAudioTime] = usage[.audioTime]
    usage[.audioTime] = 0
    var request = RequestFacts()
    request.isComplete = true
    request.model = transcriptionModel
    let place = responses.begin(request)
    let model = transcriptionModel
    responses.update(at: place) { response in
      response.facts.end(with: event.tally, id: event.itemID, model: model)
      response.facts.usage = [ModelUsage(model: nil, usage: usage)]
      response.facts.finishReason = "completed"
    }
    responses.end(at: place)
  }

  /// An error ends the response that was asked for by the message it answers; most others leave the session as it is.
  private func takeError(_ event: RealtimeEvent) {
    let place =
      if let id = event.eventID {
        responses.place { $0.eventID == id && $0.facts.responseID == nil }
      } else {
        event.tally.facts.errorCode == Self.activeResponse ? responses.place { !$0.isAnswered } : nil
      }
    guard let place else { return }
    responses.update(at: place) {
      $0.facts.errorCode = event.tally.facts.errorCode
      $0.status = 400
    }
    responses.end(at: place)
  }

  /// A response cannot be asked for while another one is worked on.
  private static let activeResponse = "conversation_already_has_active_response"

  // MARK: Live sessions

  /// A Live session is billed by its length, which each message gives from its beginning on.
  private func takeLiveSession(_ event: RealtimeEvent) {
    takeSession(event)
    let number = liveSession
    var place = responses.place { $0.number == number }
    if place == nil {
      guard event.kind != .sessionClosed || event.tally.usage != nil else { return }
      place = responses.begin(takePending())
      liveSession = place.map { responses.open[$0].number }
    }
    guard let place else { return }
    let model = model
    responses.update(at: place) { response in
      response.facts.model = model
      if let usage = event.tally.usage {
        response.facts.usage = [ModelUsage(model: nil, usage: usage)]
        response.facts.usageRaw = event.tally.facts.usageRaw
      }
      response.facts.isTerminal = event.kind == .sessionClosed
    }
    if event.kind == .sessionClosed { responses.end(at: place) }
  }

  /// A message of the Responses stream that a Live session has another model work on.
  private func takeInner(_ event: RealtimeEvent) {
    switch event.innerKind {
    case .responseCreated:
      var request = RequestFacts()
      request.isComplete = true
      request.model = event.tally.facts.model
      let place = responses.place(ofResponse: event.identity) ?? responses.begin(request)
      responses.update(at: place) {
        $0.facts.responseID = event.identity
        $0.facts.model = event.tally.facts.model
      }
    case .responseCompleted, .responseIncomplete, .responseFailed:
      var request = RequestFacts()
      request.isComplete = true
      request.model = event.tally.facts.model
      let place = responses.place(ofResponse: event.identity) ?? responses.begin(request)
      responses.update(at: place) { $0.facts.end(with: event.tally, id: event.identity, model: nil) }
      responses.end(at: place)
    default:
      // These messages do not name their response; a session works on one at a time.
      let number = liveSession
      takeContent(
        event, kind: event.innerKind, at: responses.place { $0.number != number && $0.facts.responseID != nil })
    }
  }
}

extension RealtimeEvent {
  /// The id of the response that the message is of.
  var identity: String? { tally.facts.responseID ?? responseID }
}

extension ReplyFacts {
  /// Adds the tool calls of an item, each once.
  mutating func addTools(of item: ReplyFacts) {
    for (place, call) in item.toolCalls.enumerated()
    where toolCalls.count < ReplyTally.toolCallsMax && !toolCalls.contains(call) {
      toolCalls.append(call)
      toolArguments.append(item.toolArguments.indices.contains(place) ? item.toolArguments[place] : .unknown)
      toolCallCount &+= 1
    }
    mcpCallCount &+= item.mcpCallCount
    hasRefusal = hasRefusal || item.hasRefusal
    for (name, count) in item.serverToolCalls {
      let isRoom = serverToolCalls[name] != nil || serverToolCalls.count < ReplyTally.serverToolsMax
      serverToolCalls[isRoom ? name : "other", default: 0] &+= count
    }
  }

  /// Takes over what the last message of a response says: all of it, again.
  mutating func end(with tally: ReplyTally, id: String?, model sessionModel: String?) {
    let last = tally.facts
    responseID = responseID ?? id
    model = last.model ?? model ?? sessionModel
    if let usage = tally.usage {
      self.usage = [ModelUsage(model: nil, usage: usage)]
      usageRaw = last.usageRaw
    }
    if last.toolCallCount > 0 {
      toolCalls = last.toolCalls
      toolArguments = last.toolArguments
      toolCallCount = last.toolCallCount
    }
    if !last.serverToolCalls.isEmpty { serverToolCalls = last.serverToolCalls }
    finishReason = last.finishReason
    errorCode = last.errorCode
    context.serviceTier = last.context.serviceTier ?? context.serviceTier
    isTerminal = true
  }
}

extension SocketResponses.Response {
  /// Adds the messages that were asked with, where the bill is by the length of audio: only then are they billed (xAI).
  fileprivate mutating func billMessages() {
    guard let first = facts.usage.first, first.usage[.audioTime] > 0 else { return }
    facts.usage[0].usage[.inputMessages] = request.usage[.inputMessages]
  }
}
