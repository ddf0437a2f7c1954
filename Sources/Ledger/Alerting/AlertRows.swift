public import Metering

/// One condition of an alert, as it is kept over restarts: one threshold of one scope in one window, one provider.
public struct AlertState: Sendable, Equatable {
  /// What tells it from every other; see `AlertKey` in Escalation.
  public var key: String
  /// Grows with each change: an older one never replaces a newer one, in whatever order they are written.
  public var revision: Int64
  /// The alert that has told it; nil while it is still to be told.
  public var alert: String?
  public var isFiring: Bool
  /// From when on it can be forgotten; nil for what ends by itself only.
  public var expiresAt: Timestamp?
  /// The facts, as JSON.
  public var document: String

  public init(
    key: String, revision: Int64, alert: String?, isFiring: Bool, expiresAt: Timestamp?, document: String
  ) {
    self.key = key
    self.revision = revision
    self.alert = alert
    self.isFiring = isFiring
    self.expiresAt = expiresAt
    self.document = document
  }
}

/// An alert that was told: conditions of one kind, of one budget or provider.
public struct Alert: Sendable, Equatable {
  /// Unique for ever.
  public var id: String
  /// The same for each alert of the same conditions: PagerDuty's `dedup_key`.
  public var dedupKey: String
  public var rule: AlertRule
  public var severity: AlertSeverity
  public var isFiring: Bool
  public var startedAt: Timestamp
  public var resolvedAt: Timestamp?
  /// One sentence.
  public var summary: String
  /// The payload that was told last, as JSON.
  public var document: String

  public init(
    id: String, dedupKey: String, rule: AlertRule, severity: AlertSeverity, isFiring: Bool, startedAt: Timestamp,
    resolvedAt: Timestamp?, summary: String, document: String
  ) {
    self.id = id
    self.dedupKey = dedupKey
    self.rule = rule
    self.severity = severity
    self.isFiring = isFiring
    self.startedAt = startedAt
    self.resolvedAt = resolvedAt
    self.summary = summary
    self.document = document
  }
}

/// One message to one receiver.
public struct OutboxMessage: Sendable, Equatable {
  /// The same with every attempt: what a receiver tells repetitions by.
  public var id: String
  /// Grows with each message of this ledger, and orders them.
  public var sequence: Int64
  public var receiver: String
  public var alert: String
  public var format: MessageFormat
  public var createdAt: Timestamp
  public var body: String
  public var state = MessageState.waiting
  /// How often it was sent.
  public var attempts = 0
  /// How far in the schedule of attempts it is.
  public var step = 0
  /// When it is to be sent next; of no meaning once it is delivered or dropped.
  public var nextAttemptAt: Timestamp
  /// When it was delivered or dropped.
  public var finishedAt: Timestamp?
  /// What the newest attempt came to, in words without secrets; nil before the first.
  public var lastOutcome: String?

  public init(
    id: String, sequence: Int64, receiver: String, alert: String, format: MessageFormat, createdAt: Timestamp,
    body: String
  ) {
    self.id = id
    self.sequence = sequence
    self.receiver = receiver
    self.alert = alert
    self.format = format
    self.createdAt = createdAt
    self.body = body
    nextAttemptAt = createdAt
  }
}

/// What is written of alerts in one transaction. Writing it twice does what writing it once does, and a message with fewer attempts
/// than it has is older news, which changes nothing.
public struct AlertChanges: Sendable, Equatable {
  public var states: [AlertState] = []
  /// Keys of states that are no longer kept.
  public var forgotten: [String] = []
  public var alerts: [Alert] = []
  /// New messages, and those that have changed.
  public var messages: [OutboxMessage] = []

  public init() {}

  public var isEmpty: Bool { states.isEmpty && forgotten.isEmpty && alerts.isEmpty && messages.isEmpty }
}

/// How much of alerts is kept. What is delivered or dropped goes first, the oldest first; what waits is not touched here.
public struct AlertLimits: Sendable {
  /// Messages in the outbox.
  public var messagesMax = 10_000
  /// Bytes of their bodies together.
  public var bytesMax: Int64 = 16 << 20
  /// Alerts that are over.
  public var alertsMax = 10_000
  /// How long delivered and dropped messages and resolved alerts are kept, in days.
  public var retentionDays = 30

  public init() {}
}
