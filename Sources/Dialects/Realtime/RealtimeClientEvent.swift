internal import JSON

/// What one message of a realtime client says.
///
/// https://platform.openai.com/docs/api-reference/realtime-client-events
struct RealtimeClientEvent {
  enum Kind: String, CaseIterable {
    case sessionUpdate = "session.update"
    case sessionStart = "session.start"
    case itemCreate = "conversation.item.create"
    case responseCreate = "response.create"

    static let names = allCases.map(\.rawValue)
    private static let known = allCases

    static func at(_ index: Int?) -> Kind? {
      guard let index, known.indices.contains(index) else { return nil }
      return known[index]
    }
  }

  var kind: Kind?
  var eventID: String?
  var model: String?
  var transcriptionModel: String?
  /// UTF-8 bytes of text, tool definitions and results in the message.
  var textBytes: Int64 = 0
  var toolResults = 0
  /// Messages of the user with text in them, which xAI bills by their number.
  var textMessages: Int64 = 0
}

/// Reads the messages of a realtime client.
struct RealtimeClientEventWire: ~Copyable, DocumentWire {
  enum Field: UInt8 {
    case type = 1
    case eventID, sessionModel, transcriptionModel
    case text, item, itemType, contentText
  }

  static let shape = JSONShape(
    .object([
      "type": .word(Field.type, of: RealtimeClientEvent.Kind.names),
      "event_id": .text(Field.eventID),
      "session": .object([
        "model": .text(Field.sessionModel),
        "audio": .object(["input": .object(["transcription": transcription])]),
        "input_audio_transcription": transcription,
        "instructions": text,
        "tools": .size(Field.text),
      ]),
      "item": item,
      "response": .object([
        "instructions": text, "tools": .size(Field.text), "input": .array(of: item),
      ]),
    ]))

  private static let transcription = JSONPattern.object(["model": .text(Field.transcriptionModel)])
  private static let text = JSONPattern.stringSize(Field.text)

  private static let item = JSONPattern.object(
    Field.item,
    [
      "type": .word(Field.itemType, of: ResponsesItem.names),
      "content": .array(of: .object(["text": .stringSize(Field.contentText), "transcript": text])),
      "output": text, "name": text, "arguments": text,
    ])

  private var itemType: ResponsesItem?
  private var hasContentText = false

  mutating func begin(_ label: UInt8, _ json: borrowing JSONReader, _ event: inout RealtimeClientEvent) {
    guard label == Field.item.rawValue else { return }
    itemType = nil
    hasContentText = false
  }

  mutating func value(_ label: UInt8, _ json: borrowing JSONReader, _ event: inout RealtimeClientEvent) {
    switch Field(rawValue: label) {
    case .type: event.kind = RealtimeClientEvent.Kind.at(json.word)
    case .eventID: event.eventID = json.wholeText
    case .sessionModel: event.model = json.wholeText
    case .transcriptionModel: event.transcriptionModel = json.wholeText
    case .text: event.textBytes &+= Int64(json.size)
    case .itemType: itemType = ResponsesItem.at(json.word)
    case .contentText:
      event.textBytes &+= Int64(json.size)
      hasContentText = hasContentText || json.size > 0
    case .item, nil: break
    }
  }

  mutating func end(_ label: UInt8, _ json: inout JSONReader, _ event: inout RealtimeClientEvent) {
    guard label == Field.item.rawValue else { return }
    switch (itemType ?? .message).role(isClientExecution: false) {
    case .result: event.toolResults &+= 1
    case .message: if hasContentText { event.textMessages &+= 1 }
    case .clientCall, .serverCall, .model: break
    }
  }

  mutating func endDocument(_ event: inout RealtimeClientEvent) {}
}
