import Dialects
import Metering

/// A message of a socket, as a test writes it.
struct SocketMessage {
  var peer: SocketPeer
  var text: String

  static func client(_ text: String) -> SocketMessage { SocketMessage(peer: .client, text: text) }
  static func server(_ text: String) -> SocketMessage { SocketMessage(peer: .server, text: text) }
}

/// What a socket's reader told, response by response.
struct SocketStory {
  struct Response {
    var began: RequestFacts
    var progress: [SocketProgress] = []
    var reply: SocketReply?
  }

  private(set) var responses: [Response] = []
  /// The numbers of responses in the order in which they ended.
  private(set) var order: [Int] = []
  /// What broke the rules of the events' order.
  private(set) var problems: [String] = []
  private var places: [Int: Int] = [:]

  mutating func add(_ event: SocketEvent) {
    switch event {
    case .began(let number, let facts):
      if places[number] != nil { problems.append("\(number) began twice") }
      places[number] = responses.count
      responses.append(Response(began: facts))
    case .progressed(let number, let progress):
      guard let place = places[number], responses[place].reply == nil else {
        problems.append("\(number) progressed while it was not open")
        return
      }
      responses[place].progress.append(progress)
    case .ended(let number, let reply):
      guard let place = places[number], responses[place].reply == nil else {
        problems.append("\(number) ended while it was not open")
        return
      }
      responses[place].reply = reply
      order.append(place)
    }
  }

  var replies: [SocketReply] { responses.compactMap(\.reply) }
  var facts: [ReplyFacts] { replies.map(\.facts) }
}

/// Reads the messages of a socket to its end.
func readSocket(
  _ operation: Dialects.Operation, dialect: Dialect = .openai, model: String? = nil, _ messages: [SocketMessage],
  _ cut: Cut = .whole, isCutOff: Bool = false
) -> SocketStory {
  var story = SocketStory()
  guard var reader = SocketReader(endpoint: Endpoint(dialect: dialect, operation: operation, model: model)) else {
    return story
  }
  for message in messages {
    let bytes = Array(message.text.utf8)
    for range in cut.ranges(of: bytes.count) {
      reader.consume(bytes.span.bytes.extracting(range), from: message.peer)
    }
    reader.endMessage(from: message.peer)
    while let event = reader.takeEvent() { story.add(event) }
  }
  reader.finish()
  while let event = reader.takeEvent() { story.add(event) }
  return story
}
