public import Escalation
public import Ledger
internal import Observability

/// Alerts as JSON.
public enum AlertJSON {
  /// A page of alerts: `{"rows": [...], "next": cursor or null}`.
  public static func page(_ alerts: [ListedAlert], next: Int64?) -> [UInt8] {
    var writer = JSONWriter()
    writer.object { writer in
      writer.key("rows")
      writer.array { writer in for alert in alerts { write(alert, to: &writer) } }
      writer.key("next")
      writer.string(next.map(String.init))
    }
    return writer.bytes
  }

  private static func write(_ listed: ListedAlert, to writer: inout JSONWriter) {
    let alert = listed.alert
    writer.object { writer in
      writer.member("id", alert.id)
      writer.member("dedup_key", alert.dedupKey)
      writer.member("rule", alert.rule.rawValue)
      writer.member("severity", alert.severity.rawValue)
      writer.member("status", alert.isFiring ? "firing" : "resolved")
      writer.member("summary", alert.summary)
      writer.member("started_at", alert.startedAt.rfc3339)
      writer.member("resolved_at", alert.resolvedAt?.rfc3339)
      writer.key("details")
      writer.literal(alert.document)
      writer.key("messages")
      writer.array { writer in for message in listed.messages { write(message, to: &writer) } }
    }
  }

  private static func write(_ message: OutboxMessage, to writer: inout JSONWriter) {
    writer.object { writer in
      writer.member("id", message.id)
      writer.member("receiver", message.receiver)
      writer.member("type", message.format.rawValue)
      writer.member("state", message.state.rawValue)
      writer.key("attempts")
      writer.integer(message.attempts)
      writer.member("created_at", message.createdAt.rfc3339)
      writer.member("next_attempt_at", message.state == .waiting ? message.nextAttemptAt.rfc3339 : nil)
      writer.member("finished_at", message.finishedAt?.rfc3339)
      writer.member("last_outcome", message.lastOutcome)
    }
  }
}

/// Receivers as JSON. No secret is part of it.
public enum ReceiverJSON {
  /// All of them: `{"rows": [...], "next": null}`.
  public static func page(_ receivers: [ReceiverStatus]) -> [UInt8] {
    var writer = JSONWriter()
    writer.object { writer in
      writer.key("rows")
      writer.array { writer in for receiver in receivers { write(receiver, to: &writer) } }
      writer.key("next")
      writer.null()
    }
    return writer.bytes
  }

  /// What a test came to.
  public static func tested(_ outcome: DeliveryOutcome) -> [UInt8] {
    var writer = JSONWriter()
    writer.object { writer in
      writer.key("delivered")
      if case .delivered = outcome { writer.bool(true) } else { writer.bool(false) }
      writer.member("outcome", outcome.text)
    }
    return writer.bytes
  }

  /// How many messages are sent again.
  public static func redelivered(_ count: Int) -> [UInt8] {
    var writer = JSONWriter()
    writer.object { writer in
      writer.key("messages")
      writer.integer(count)
    }
    return writer.bytes
  }

  private static func write(_ receiver: ReceiverStatus, to writer: inout JSONWriter) {
    writer.object { writer in
      writer.member("name", receiver.name)
      writer.member("type", receiver.format.rawValue)
      writer.member("address", receiver.address)
      writer.key("allow_private")
      writer.bool(receiver.allowsPrivateAddress)
      writer.member("state", receiver.health.rawValue)
      writer.key("waiting")
      writer.integer(receiver.waiting)
      writer.member("oldest_waiting_at", receiver.oldestWaitingAt?.rfc3339)
      writer.member("last_attempt_at", receiver.lastAttemptAt?.rfc3339)
      writer.member("last_outcome", receiver.lastOutcome)
      writer.member("last_delivered_at", receiver.lastDeliveredAt?.rfc3339)
    }
  }
}
