internal import JSON

/// What one message of a realtime server says: OpenAI's, Azure's, Voice Live's, xAI's, and OpenAI's Live sessions.
///
/// https://platform.openai.com/docs/api-reference/realtime-server-events
struct RealtimeEvent {
  /// The messages that matter; all others are content, or nothing.
  enum Kind: CaseIterable {
    case sessionCreated, sessionUpdated, sessionStarted, sessionClosed, usageUpdated
    case transcriptionSessionCreated, transcriptionSessionUpdated
    case responseCreated, responseDone, responseCompleted, responseIncomplete, responseFailed
    case itemDone, audioDelta, outputAudioDelta, transcription
    case responseEvent, error

    var name: String {
      switch self {
      case .sessionCreated: "session.created"
      case .sessionUpdated: "session.updated"
      // Of Live sessions.
      case .sessionStarted: "session.started"
      case .sessionClosed: "session.closed"
      case .usageUpdated: "session.usage.updated"
      case .transcriptionSessionCreated: "transcription_session.created"
      case .transcriptionSessionUpdated: "transcription_session.updated"
      case .responseCreated: "response.created"
      case .responseDone: "response.done"
      // Of a Responses stream within a Live session.
      case .responseCompleted: "response.completed"
      case .responseIncomplete: "response.incomplete"
      case .responseFailed: "response.failed"
      case .itemDone: "response.output_item.done"
      // Azure's Voice Live keeps the older of the two names.
      case .audioDelta: "response.audio.delta"
      case .outputAudioDelta: "response.output_audio.delta"
      case .transcription: "conversation.item.input_audio_transcription.completed"
      case .responseEvent: "response.event"
      case .error: "error"
      }
    }

    /// The kind of a string that was just read; nil where it is of no interest.
    init?(_ json: borrowing JSONReader) {
      guard json.kind == .string else { return nil }
      for kind in Self.allCases where json.isText(kind.name) {
        self = kind
        return
      }
      return nil
    }

    var isDelta: Bool { self == .audioDelta || self == .outputAudioDelta }
  }

  var kind: Kind?
  /// The kind of the message of a Responses stream that this one carries.
  var innerKind: Kind?
  var responseID: String?
  var itemID: String?
  /// The id of the client's message that an error answers.
  var eventID: String?
  /// The session's model, and the one that writes down what was said.
  var model: String?
  var transcriptionModel: String?
  var deltaBytes = 0
  /// What the response says of itself; also the usage and the error of any message.
  var tally = ReplyTally()
}
