internal import JSON

/// The responses on a Responses socket: each asked for by a `response.create` that has the body of a `POST`, answered by the
/// messages of its stream, in lanes (`stream_id`) that run in parallel. Within a lane they are worked on one after another.
///
/// A message names its lane at any place, so each is read as a whole of its own and then added to what is known of the lane's
/// first response. A message is read twice: for what it is, and, by the reader of the API's replies, for what it says.
final class ResponsesSocket {
  var responses = SocketResponses()

  private static let endpoint = Endpoint(dialect: .openai, operation: .responses)

  private var serverJSON = JSONReader(shape: SocketEnvelope.shape)
  private var clientJSON = JSONReader(shape: SocketEnvelope.shape)
  private var serverEnvelope = SocketEnvelope()
  private var clientEnvelope = SocketEnvelope()
  private var serverFacts = SocketEnvelope.Facts()
  private var clientFacts = SocketEnvelope.Facts()
  private var reply: UniqueBox<ReplyReader>?
  private var request: UniqueBox<RequestReader>?

  func consume(_ bytes: RawSpan, from peer: SocketPeer) {
    switch peer {
    case .server:
      serverEnvelope.read(bytes, with: &serverJSON, into: &serverFacts)
      if reply == nil { reply = UniqueBox(ReplyReader(endpoint: Self.endpoint, status: 200, framing: .json)) }
      reply?.value.consume(bytes)
    case .client:
      clientEnvelope.read(bytes, with: &clientJSON, into: &clientFacts)
      if request == nil { request = UniqueBox(RequestReader(endpoint: Self.endpoint)) }
      request?.value.consume(bytes)
    }
  }

  func endMessage(from peer: SocketPeer) {
    switch peer {
    case .server:
      if serverJSON.finish(), let reply = reply.take() { take(serverFacts, reply.take().finish()) }
      reply = nil
      serverJSON.reset()
      serverFacts = SocketEnvelope.Facts()
    case .client:
      if clientJSON.finish(), clientFacts.kind == .create, let request = request.take() {
        responses.begin(request.take().finish(), lane: clientFacts.lane, eventID: clientFacts.eventID)
      }
      request = nil
      clientJSON.reset()
      clientFacts = SocketEnvelope.Facts()
    }
  }

  // MARK: The server

  private func take(_ message: SocketEnvelope.Facts, _ facts: ReplyFacts) {
    switch message.kind {
    case .completed, .incomplete, .failed, .cancelled:
      let place = self.place(message, facts) ?? responses.begin(RequestFacts(), lane: message.lane)
      responses.update(at: place) { $0.facts.end(with: facts) }
      responses.end(at: place)
    case .error:
      guard let place = place(message, facts) else { return }
      responses.update(at: place) {
        $0.facts.errorCode = facts.errorCode ?? "error"
        if let status = message.status { $0.status = status }
      }
      responses.end(at: place)
    case .created, .queued, .inProgress:
      // One that was not asked for here: a steered one, say.
      let place = self.place(message, facts) ?? responses.begin(RequestFacts(), lane: message.lane)
      responses.update(at: place) { response in
        response.facts.responseID = response.facts.responseID ?? facts.responseID
        response.facts.model = facts.model ?? response.facts.model
      }
    case .itemDone:
      if let place = place(message, facts) { responses.update(at: place) { $0.facts.addTools(of: facts) } }
    case .create, .other: takeContent(message, facts)
    }
  }

  private func takeContent(_ message: SocketEnvelope.Facts, _ facts: ReplyFacts) {
    guard message.deltaBytes > 0, let place = place(message, facts) else { return }
    responses.update(at: place) { response in
      response.hasContent = true
      response.facts.outputTextBytes &+= facts.outputTextBytes
      response.facts.contentDeltas &+= 1
    }
  }

  /// The response that a message is of: by its id where it has one, else the first of its lane.
  private func place(_ message: SocketEnvelope.Facts, _ facts: ReplyFacts) -> Int? {
    if let place = responses.place(ofResponse: facts.responseID) { return place }
    return responses.place {
      $0.lane == message.lane && (facts.responseID == nil || $0.facts.responseID == nil)
    }
  }
}

extension ReplyFacts {
  /// Takes over what the last message of a response says: all of it, again. What was counted of its text stays.
  fileprivate mutating func end(with last: ReplyFacts) {
    var whole = last
    whole.outputTextBytes = max(outputTextBytes, last.outputTextBytes)
    whole.contentDeltas = contentDeltas
    whole.responseID = last.responseID ?? responseID
    whole.model = last.model ?? model
    if last.toolCallCount == 0 {
      whole.toolCalls = toolCalls
      whole.toolArguments = toolArguments
      whole.toolCallCount = toolCallCount
    }
    if last.serverToolCalls.isEmpty {
      whole.serverToolCalls = serverToolCalls
      whole.mcpCallCount = mcpCallCount
    }
    whole.hasRefusal = hasRefusal || last.hasRefusal
    whole.hasContent = hasContent || last.hasContent
    whole.isTerminal = true
    whole.isPending = false
    self = whole
  }
}
