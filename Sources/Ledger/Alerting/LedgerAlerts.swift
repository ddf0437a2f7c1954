import Metering

/// Alerts and the messages that tell them, kept by the ledger.
///
/// The ledger's one writer writes an alert and its messages in one transaction: after a crash there are both or neither. The
/// state that a call brings about is written in the transaction of the call's row, see ``Ledger/settle(_:as:counting:alerts:)``.
public struct LedgerAlerts: Sendable {
  let readers: ReaderPool
  let now: @Sendable () -> Timestamp
  let perform: @Sendable (@escaping LedgerBooks.Job) async throws -> Void
  /// The same for what nobody waits for.
  let performLater: @Sendable (@escaping LedgerBooks.Job) -> Void

  /// What was there when the process began.
  public struct Contents: Sendable {
    public var states: [AlertState]
    /// Alerts that are not over.
    public var alerts: [Alert]
    /// Messages that wait, in their order.
    public var messages: [OutboxMessage]
    /// The greatest that any message has had.
    public var greatestSequence: Int64
  }

  /// - Throws: ``LedgerError``.
  public func contents() async throws -> Contents {
    try await readers.read { context in
      Contents(
        states: try AlertQuery.states(context.connection), alerts: try AlertQuery.firing(context.connection),
        messages: try AlertQuery.messages(context.connection, .waiting),
        greatestSequence: try AlertQuery.greatestSequence(context.connection))
    }
  }

  /// Commits all of it, or throws and has committed none; returns once it is committed.
  ///
  /// - Throws: ``LedgerError``.
  public func commit(_ changes: AlertChanges, limits: AlertLimits) async throws {
    let time = now()
    try await perform { try $0.alerts.write(changes, limits: limits, now: time) }
  }

  /// Has a state committed within milliseconds, and waits for nothing: of a cause that has no row of its own to be committed with.
  /// Where that fails it is left to the next ``commit(_:limits:)``.
  public func commitSoon(_ state: AlertState) { performLater { try $0.alerts.write(state) } }

  /// Alerts, the newest first, with what became of their messages.
  ///
  /// - Throws: ``LedgerError``.
  public func list(_ filter: AlertFilter) async throws -> [ListedAlert] {
    try await readers.read { try AlertQuery.run(filter, $0.connection) }
  }

  /// A message with its body; nil where there is none, or no longer.
  public func message(_ id: String) async throws -> OutboxMessage? {
    try await readers.read { try AlertQuery.messages($0.connection, .one(id)).first }
  }

  /// The messages that were given up for a receiver, with their bodies.
  public func droppedMessages(of receiver: String) async throws -> [OutboxMessage] {
    try await readers.read { try AlertQuery.messages($0.connection, .droppedOf(receiver)) }
  }
}

extension OfflineLedger {
  /// Alerts, while no proxy runs.
  public var alerts: LedgerAlerts { LedgerAlerts(books) { _ in } }
}

extension LedgerAlerts {
  init(_ books: LedgerBooks, performLater: @escaping @Sendable (@escaping LedgerBooks.Job) -> Void) {
    self.init(readers: books.readers, now: books.now, perform: books.perform, performLater: performLater)
  }
}
