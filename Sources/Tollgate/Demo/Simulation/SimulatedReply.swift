/// An answer of the simulated endpoint: a head, and the parts of the body in the order and at the pace of sending.
struct SimulatedReply: Sendable {
  var status = 200
  var headers: [(name: String, value: String)]
  /// One part for a whole answer, one an event for a stream.
  var parts: [[UInt8]]
  var isStream = false

  /// The whole body.
  var body: [UInt8] { parts.flatMap { $0 } }

  static func json(_ value: JSONValue, status: Int = 200, headers: [(name: String, value: String)] = [])
    -> SimulatedReply
  {
    SimulatedReply(status: status, headers: [("content-type", "application/json")] + headers, parts: [value.bytes])
  }

  static func events(_ parts: [String], headers: [(name: String, value: String)]) -> SimulatedReply {
    SimulatedReply(
      headers: [("content-type", "text/event-stream; charset=utf-8"), ("cache-control", "no-cache")] + headers,
      parts: parts.map { Array($0.utf8) }, isStream: true)
  }
}
