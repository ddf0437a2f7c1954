import Logging
import Ledger
import Metering
import Observability
import Synchronization

extension Escalation {
  /// Messages that are due, each with its receiver.
  func startDeliveries(_ now: Timestamp) -> [(OutboxMessage, Receiver)] {
    state.withLock { state in
      state.queue.start(now: now, isSendable: isSendable)
        .compactMap { message in receivers[message.receiver].map { (message, $0) } }
    }
  }

  /// Whether the receiver is there, and is of the type that the message was written for.
  func isSendable(_ message: OutboxMessage) -> Bool { receivers[message.receiver]?.format == message.format }

  func deliver(_ message: OutboxMessage, to receiver: Receiver) async {
    // Nil: the process ends. The next one sends the message again.
    guard let outcome = await sender.send(message, to: receiver, now: environment.now()) else { return }
    finish(message, of: receiver, outcome)
  }

  func finish(_ message: OutboxMessage, of receiver: Receiver, _ outcome: DeliveryOutcome) {
    let now = environment.now()
    metrics.count(outcome.label, of: receiver.name)
    let dropped = state.withLock { state -> OutboxMessage? in
      state.note(outcome, of: receiver.name, now: now)
      guard let result = state.queue.finish(message.id, of: receiver.name, outcome, now: now) else { return nil }
      state.unsaved.add(result.message)
      switch result.receiverNews {
      case .failing: fire(.receiverFailing, .receiver(receiver.name, outcome: outcome.text), &state, now: now)
      case .recovered: state.board.resolve(.receiver(receiver.name), now: now)
      case nil:
        // One that the process before had told of.
        if case .delivered = outcome { state.board.resolve(.receiver(receiver.name), now: now) }
      }
      return result.message.state == .dropped ? result.message : nil
    }
    noteDropped(dropped.map { [$0] } ?? [])
    if case .delivered = outcome { return }
    guard let suppressed = deliveryFailures.admit(nowMilliseconds: now.unixMicroseconds / 1000) else { return }
    environment.logger.warning(
      "a receiver did not take a message",
      metadata: [
        "receiver": "\(receiver.name)", "message": "\(message.id)", "outcome": "\(outcome.text)",
        "not_logged_before": "\(suppressed)",
      ])
  }
}

extension Escalation.State {
  mutating func note(_ outcome: DeliveryOutcome, of receiver: String, now: Timestamp) {
    var attempt = attempts[receiver] ?? Escalation.LastAttempt(at: now, outcome: "")
    attempt.at = now
    attempt.outcome = outcome.text
    if case .delivered = outcome { attempt.deliveredAt = now }
    attempts[receiver] = attempt
  }
}
