internal import Ledger
internal import Metering
internal import Observability
internal import Runs

/// What was noticed of runs and calls, as the API shows it.
enum RunEventJSON {
  /// A page of events: `{"rows": [...], "next": cursor or null}`.
  static func page(_ events: [KeptRunEvent], next: Int64?) -> [UInt8] {
    var writer = JSONWriter()
    writer.object { writer in
      write(events.map(\.event), as: "rows", to: &writer)
      writer.member("next", next.map(String.init))
    }
    return writer.bytes
  }

  /// Writes events as a member.
  static func write(_ events: [RunEvent], as name: String, to writer: inout JSONWriter) {
    writer.key(name)
    writer.array { writer in
      for event in events { write(event, to: &writer) }
    }
  }

  private static func write(_ event: RunEvent, to writer: inout JSONWriter) {
    writer.object { writer in
      writer.member("at", event.at.rfc3339)
      writer.member("type", event.kind.type.rawValue)
      writer.member("kind", event.kind.name)
      writer.member("action", event.kind.action?.rawValue)
      writer.member("subject", event.subject)
      writer.member("run", event.run)
      writer.member("call", event.call?.description)
      writer.member("agent", event.agent)
      writer.member("workflow", event.workflow)
      writer.key("figures")
      writer.literal(event.document)
    }
  }
}

/// What became of the tools that a reply asked for, as the API shows it.
enum RunToolJSON {
  /// Writes the member `tools`: those that the client was to call.
  static func write(_ tools: [RunTool], to writer: inout JSONWriter) {
    writer.key("tools")
    writer.array { writer in
      for tool in tools where tool.id != nil {
        writer.object { writer in
          writer.member("name", tool.name)
          writer.member("id", tool.id)
          writer.member("answered_at", tool.answer?.at.rfc3339)
          writer.key("error")
          if let answer = tool.answer { writer.bool(answer.isError) } else { writer.null() }
          writer.key("took_ms")
          writer.decimal(tool.answer?.tookMicroseconds, fractionDigits: 3)
        }
      }
    }
  }
}
