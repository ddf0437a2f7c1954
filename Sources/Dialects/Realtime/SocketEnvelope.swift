internal import JSON

/// What a message of a Responses socket is, and of which lane.
///
/// https://platform.openai.com/docs/api-reference/responses-streaming, with `stream_id` beside `type`.
struct SocketEnvelope: ~Copyable, DocumentWire {
  enum Field: UInt8 {
    case type = 1
    case lane, eventID, status, delta
  }

  enum Kind: String, CaseIterable {
    case create = "response.create"
    case created = "response.created"
    case queued = "response.queued"
    case inProgress = "response.in_progress"
    case itemDone = "response.output_item.done"
    case completed = "response.completed"
    case incomplete = "response.incomplete"
    case failed = "response.failed"
    case cancelled = "response.cancelled"
    case error
    case other

    static let names = allCases.map(\.rawValue)
    private static let known = allCases

    static func at(_ index: Int?) -> Kind {
      guard let index, known.indices.contains(index) else { return .other }
      return known[index]
    }
  }

  struct Facts {
    var kind = Kind.other
    var lane: String?
    var eventID: String?
    var status: Int?
    var deltaBytes = 0
  }

  static let shape = JSONShape(
    .object([
      "type": .word(Field.type, of: Kind.names),
      "stream_id": .text(Field.lane),
      "event_id": .text(Field.eventID),
      "status": .scalar(Field.status),
      "status_code": .scalar(Field.status),
      "delta": .stringSize(Field.delta),
    ]))

  mutating func begin(_ label: UInt8, _ json: borrowing JSONReader, _ facts: inout Facts) {}

  mutating func value(_ label: UInt8, _ json: borrowing JSONReader, _ facts: inout Facts) {
    switch Field(rawValue: label) {
    case .type: facts.kind = Kind.at(json.word)
    case .lane: facts.lane = json.wholeText
    case .eventID: facts.eventID = json.wholeText
    case .status:
      if let status = json.count, (100..<600).contains(status) { facts.status = Int(status) }
    case .delta: facts.deltaBytes = json.size
    case nil: break
    }
  }

  mutating func end(_ label: UInt8, _ json: inout JSONReader, _ facts: inout Facts) {}

  mutating func endDocument(_ facts: inout Facts) {}
}
