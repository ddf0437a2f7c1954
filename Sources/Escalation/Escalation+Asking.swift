public import Ledger
public import Metering
import Observability
import Synchronization

/// Where a receiver stands, for people. It holds no secret.
public struct ReceiverStatus: Sendable, Equatable {
  public enum Health: String, Sendable, CaseIterable {
    /// The newest attempt was taken, or there was none.
    case ok
    /// The newest attempts failed.
    case failing
    /// It has asked for no more messages (410).
    case gone
  }

  public var name: String
  public var format: MessageFormat
  /// Scheme, host and port of its URL.
  public var address: String
  public var allowsPrivateAddress: Bool
  public var health: Health
  /// Messages that wait.
  public var waiting: Int
  public var oldestWaitingAt: Timestamp?
  public var lastAttemptAt: Timestamp?
  public var lastOutcome: String?
  public var lastDeliveredAt: Timestamp?

  public init(
    name: String, format: MessageFormat, address: String, allowsPrivateAddress: Bool, health: Health, waiting: Int,
    oldestWaitingAt: Timestamp?, lastAttemptAt: Timestamp?, lastOutcome: String?, lastDeliveredAt: Timestamp?
  ) {
    self.name = name
    self.format = format
    self.address = address
    self.allowsPrivateAddress = allowsPrivateAddress
    self.health = health
    self.waiting = waiting
    self.oldestWaitingAt = oldestWaitingAt
    self.lastAttemptAt = lastAttemptAt
    self.lastOutcome = lastOutcome
    self.lastDeliveredAt = lastDeliveredAt
  }
}

/// What is to be sent again.
public enum Redelivery: Sendable, Equatable {
  /// One message, whatever has become of it.
  case message(String)
  /// Everything that waits for a receiver, or was given up for it.
  case receiver(String)
}

/// Why something cannot be done for receivers.
public enum ReceiverError: Error, Sendable, Equatable, CustomStringConvertible {
  case unknownReceiver(String, known: [String])
  case unknownMessage(String)
  /// The receiver is of another type now.
  case otherFormat(String)

  public var description: String {
    switch self {
    case .unknownReceiver(let name, let known):
      "there is no receiver \"\(name)\"; "
        + (known.isEmpty ? "none is configured" : "there are \(known.joined(separator: ", "))")
    case .unknownMessage(let id): "there is no message \"\(id)\", or no longer"
    case .otherFormat(let name): "the message was written for another type of receiver than \"\(name)\" is now"
    }
  }
}

extension Escalation {
  /// Every receiver, by name.
  public var receiverStatus: [ReceiverStatus] {
    state.withLock { state in
      receivers.values.sorted { $0.name < $1.name }.map { receiver in
        let attempt = state.attempts[receiver.name]
        let isGone = state.queue.isGone(receiver.name)
        return ReceiverStatus(
          name: receiver.name, format: receiver.format, address: receiver.endpoint.shown,
          allowsPrivateAddress: receiver.allowsPrivateAddress,
          health: isGone ? .gone : state.queue.isFailing(receiver.name) ? .failing : .ok,
          waiting: state.queue.waitingCount(receiver.name), oldestWaitingAt: state.queue.oldest(receiver.name),
          lastAttemptAt: attempt?.at, lastOutcome: attempt?.outcome, lastDeliveredAt: attempt?.deliveredAt)
      }
    }
  }

  /// Alerts, the newest first.
  ///
  /// - Throws: ``LedgerError``.
  public func alerts(_ filter: AlertFilter) async throws -> [ListedAlert] {
    await save()
    return try await environment.ledger.list(filter)
  }

  /// Sends a message that says that nothing is wrong, once, now, past everything that waits.
  ///
  /// - Throws: ``ReceiverError``; `CancellationError` where the process ends.
  public func test(_ name: String) async throws -> DeliveryOutcome {
    let receiver = try receiver(named: name)
    let now = environment.now()
    let message = state.withLock { state in
      OutboxMessage(
        id: state.board.makeIdentifier(prefix: "msg"), sequence: 0, receiver: name, alert: "test",
        format: receiver.format, createdAt: now, body: MessageBody.test(receiver, at: now))
    }
    guard let outcome = await sender.send(message, to: receiver, now: now) else { throw CancellationError() }
    metrics.count(outcome.label, of: name)
    state.withLock { $0.note(outcome, of: name, now: environment.now()) }
    return outcome
  }

  /// Has messages sent again, with their old ids.
  ///
  /// - Returns: how many.
  /// - Throws: ``ReceiverError``, ``LedgerError``.
  public func redeliver(_ what: Redelivery) async throws -> Int {
    await save()
    switch what {
    case .receiver(let name):
      let receiver = try receiver(named: name)
      let dropped = try await environment.ledger.droppedMessages(of: name).filter { $0.format == receiver.format }
      let now = environment.now()
      for message in dropped { takeUpAgain(message, now: now) }
      return state.withLock { $0.queue.hurry(name, now: now) }
    case .message(let id):
      guard let message = try await environment.ledger.message(id) else { throw ReceiverError.unknownMessage(id) }
      let receiver = try receiver(named: message.receiver)
      guard receiver.format == message.format else { throw ReceiverError.otherFormat(receiver.name) }
      takeUpAgain(message, now: environment.now())
      return 1
    }
  }

  private func receiver(named name: String) throws(ReceiverError) -> Receiver {
    guard let receiver = receivers[name] else { throw .unknownReceiver(name, known: receivers.keys.sorted()) }
    return receiver
  }

  private func takeUpAgain(_ message: OutboxMessage, now: Timestamp) {
    var message = message
    message.state = .waiting
    message.step = 0
    message.finishedAt = nil
    message.nextAttemptAt = now
    // Its age begins anew, so that it is not given up at once.
    message.createdAt = now
    let dropped = state.withLock { state -> [OutboxMessage] in
      let dropped = state.queue.add(message, now: now)
      for message in dropped + [message] { state.unsaved.add(message) }
      return dropped
    }
    noteDropped(dropped)
  }
}
