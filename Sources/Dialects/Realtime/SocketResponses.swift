internal import Metering

/// The responses of a socket that have begun and not ended, and what is to be told of them.
struct SocketResponses {
  /// How many may be open at once; one more ends the oldest, as if it had been cut.
  static let openMax = 256
  /// How much text may pass before it is told again.
  static let progressTextBytes: Int64 = 512

  struct Response {
    /// Tells it from all others of the socket.
    let number: Int
    /// The lane of a Responses socket (`stream_id`); nil for the one without a name.
    var lane: String?
    /// The id that the client gave to the message that asked for it.
    var eventID: String?
    /// Whether the provider has said anything of it.
    var isAnswered = false
    var hasContent = false
    var status = 200
    var request: RequestFacts
    var facts = ReplyFacts()
    fileprivate var told = SocketProgress(
      usage: Usage(), outputTextBytes: 0, model: nil, responseID: nil, hasContent: false)

    /// What the provider reported so far.
    var usage: Usage { facts.usage.first?.usage ?? Usage() }
  }

  private(set) var open: [Response] = []
  private var events: [SocketEvent] = []
  private var nextEvent = 0
  private var nextNumber = 0

  /// The place of a response among the open ones, by the first that fits.
  func place(where fits: (Response) -> Bool) -> Int? { open.firstIndex(where: fits) }

  func place(ofResponse id: String?) -> Int? {
    guard let id else { return nil }
    return open.firstIndex { $0.facts.responseID == id }
  }

  /// A response begins. Its place is the last one.
  @discardableResult
  mutating func begin(_ request: RequestFacts, lane: String? = nil, eventID: String? = nil) -> Int {
    if open.count >= Self.openMax { end(at: 0) }
    var request = request
    request.wantsStream = true
    request.wantsStreamUsage = true
    open.append(Response(number: nextNumber, lane: lane, eventID: eventID, request: request))
    tell(.began(response: nextNumber, request))
    nextNumber &+= 1
    return open.count - 1
  }

  /// Changes what is known of an open response; a place that is none changes nothing.
  mutating func update(at place: Int, _ change: (inout Response) -> Void) {
    guard open.indices.contains(place) else { return }
    open[place].isAnswered = true
    change(&open[place])
    tellProgress(at: place)
  }

  /// Tells what is new, unless it is a little text only.
  private mutating func tellProgress(at place: Int) {
    let response = open[place]
    let progress = SocketProgress(
      usage: response.usage, outputTextBytes: response.facts.outputTextBytes, model: response.facts.model,
      responseID: response.facts.responseID, hasContent: response.hasContent)
    let told = response.told
    let isNews =
      progress.hasContent != told.hasContent || progress.responseID != told.responseID || progress.usage != told.usage
      || progress.outputTextBytes &- told.outputTextBytes >= Self.progressTextBytes
    guard isNews else { return }
    open[place].told = progress
    tell(.progressed(response: response.number, progress))
  }

  mutating func addToolResults(_ count: Int, at place: Int) {
    guard open.indices.contains(place) else { return }
    open[place].request.toolResults &+= count
  }

  /// A response ends, whole or not.
  mutating func end(at place: Int) {
    guard open.indices.contains(place) else { return }
    var response = open.remove(at: place)
    response.facts.hasContent = response.facts.hasContent || response.hasContent || response.facts.toolCallCount > 0
    let status = response.isAnswered ? response.status : 0
    tell(
      .ended(
        response: response.number,
        SocketReply(request: response.request, facts: response.facts, status: status)))
  }

  mutating func endAll() {
    while !open.isEmpty { end(at: 0) }
  }

  private mutating func tell(_ event: SocketEvent) { events.append(event) }

  /// The next event that has not been taken. The queue is as long as what one message makes, since it is emptied after each.
  mutating func takeEvent() -> SocketEvent? {
    guard nextEvent < events.count else {
      events.removeAll(keepingCapacity: true)
      nextEvent = 0
      return nil
    }
    nextEvent += 1
    return events[nextEvent - 1]
  }
}
