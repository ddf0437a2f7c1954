internal import JSON
internal import Metering

/// Reads the messages of a realtime server.
struct RealtimeEventWire: ~Copyable, DocumentWire {
  enum Field: UInt8 {
    case type = 1
    case responseID, itemID, delta, eventID
    case sessionModel, transcriptionModel
    case id, model, status, reason, tier
    case innerType, innerDelta
    case item, itemType, itemIdentity, callID, itemName
    case seconds, billableSeconds
  }

  static let shape = JSONShape(
    .object([
      "type": .text(Field.type),
      "response_id": .text(Field.responseID),
      "item_id": .text(Field.itemID),
      "delta": .stringSize(Field.delta),
      "session": .object([
        "model": .text(Field.sessionModel),
        "audio": .object(["input": .object(["transcription": transcription])]),
        // Before the API was generally available, and of Azure.
        "input_audio_transcription": transcription,
      ]),
      "response": .object(response),
      "item": item,
      "usage": usage,
      "error": error.orObject(["event_id": .text(Field.eventID)]),
      "event": .object([
        "type": .text(Field.innerType), "response": .object(response), "delta": .stringSize(Field.innerDelta),
        "item": item, "error": error,
      ]),
    ]))

  private static let transcription = JSONPattern.object(["model": .text(Field.transcriptionModel)])
  private static let error = ErrorMembers.pattern

  private static let response: KeyValuePairs<String, JSONPattern> = [
    "id": .text(Field.id),
    "model": .text(Field.model),
    "status": .text(Field.status),
    "service_tier": .text(Field.tier),
    "status_details": .object(["reason": .text(Field.reason), "error": error]),
    "incomplete_details": .object(["reason": .text(Field.reason)]),
    "error": error,
    "output": .array(of: item),
    "usage": usage,
  ]

  private static let item = JSONPattern.object(
    Field.item,
    [
      "type": .word(Field.itemType, of: ResponsesItem.names),
      "id": .text(Field.itemIdentity),
      "call_id": .text(Field.callID),
      "name": .text(Field.itemName),
    ])

  private static let usage = OpenAIUsage.pattern.orObject([
    // Of transcriptions and Live sessions.
    "seconds": .text(Field.seconds),
    // xAI's unit of billing: https://docs.x.ai/docs/guides/voice
    "billable_audio_seconds": .text(Field.billableSeconds),
  ])

  private var error = ErrorMembers()
  private var usage = OpenAIUsage()
  private var audioTimeMilliseconds: Int64?
  private var isBillable = false
  private var status: String?
  private var reason: String?
  private var itemType: ResponsesItem?
  private var itemIdentity = ""
  private var callID = ""
  private var itemName = ""

  mutating func begin(_ label: UInt8, _ json: borrowing JSONReader, _ event: inout RealtimeEvent) {
    error.begin(label)
    switch label {
    case OpenAIUsage.Field.usage.rawValue:
      usage = OpenAIUsage()
      audioTimeMilliseconds = nil
      isBillable = false
    case Field.item.rawValue:
      itemType = nil
      itemIdentity = ""
      callID = ""
      itemName = ""
    default: break
    }
  }

  mutating func value(_ label: UInt8, _ json: borrowing JSONReader, _ event: inout RealtimeEvent) {
    guard let field = Field(rawValue: label) else {
      usage.value(label, json)
      error.value(label, json, &event.tally)
      return
    }
    switch field {
    case .type: event.kind = RealtimeEvent.Kind(json)
    case .innerType: event.innerKind = RealtimeEvent.Kind(json)
    case .delta, .innerDelta: event.deltaBytes = json.size
    case .responseID: event.responseID = json.wholeText
    case .itemID: event.itemID = json.wholeText
    case .eventID: event.eventID = json.wholeText
    case .sessionModel: event.model = json.wholeText
    case .transcriptionModel: event.transcriptionModel = json.wholeText
    case .id: event.tally.readResponseID(json)
    case .model: event.tally.readModel(json)
    case .tier: event.tally.readServiceTier(json)
    case .status: status = json.wholeText
    case .reason: reason = json.wholeText
    case .itemType: itemType = ResponsesItem.at(json.word)
    case .itemIdentity: itemIdentity = json.wholeText ?? ""
    case .callID: callID = json.wholeText ?? ""
    case .itemName: itemName = json.wholeText ?? ""
    case .seconds: if audioTimeMilliseconds == nil { audioTimeMilliseconds = json.decimal?.scaled(byPowerOfTen: 3) }
    case .billableSeconds:
      audioTimeMilliseconds = json.decimal?.scaled(byPowerOfTen: 3)
      isBillable = audioTimeMilliseconds != nil
    case .item: break
    }
  }

  mutating func end(_ label: UInt8, _ json: inout JSONReader, _ event: inout RealtimeEvent) {
    error.end(label, &event.tally)
    switch label {
    case OpenAIUsage.Field.usage.rawValue:
      guard let cells else { return }
      event.tally.report(cells)
      _ = json.exchangeUsage(&event.tally.facts.usageRaw)
    case Field.item.rawValue: endItem(&event.tally)
    default: break
    }
  }

  /// What the usage object bills; nil where it says nothing. Where it is billed by the length of audio, its tokens are none
  /// that anybody pays for.
  private var cells: Usage? {
    guard let audioTimeMilliseconds, isBillable || usage.cells == nil else { return usage.cells }
    var cells = Usage()
    cells[.audioTime] = audioTimeMilliseconds
    return cells
  }

  private func endItem(_ tally: inout ReplyTally) {
    switch itemType?.role(isClientExecution: false) {
    case .clientCall(let standard):
      let name = itemName.isEmpty ? standard ?? "" : itemName
      if !name.isEmpty { tally.addToolCall(id: callID.isEmpty ? itemIdentity : callID, name: name) }
    case .serverCall(let name):
      tally.addServerToolCall(name: itemType == .mcpCall && !itemName.isEmpty ? itemName : name)
    case .result, .model, .message, nil: break
    }
  }

  mutating func endDocument(_ event: inout RealtimeEvent) {
    event.tally.facts.finishReason = reason ?? status
    status = nil
    reason = nil
  }
}
