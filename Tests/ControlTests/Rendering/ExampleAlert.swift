import Escalation
import Ledger
import Metering

/// An alert with a message that waits.
func exampleAlert() -> ListedAlert {
  let time = Timestamp(unixMicroseconds: 1_795_410_367_000_000)
  let alert = Alert(
    id: "alt_1", dedupKey: "tollgate/unpriced/openai", rule: .unpriced, severity: .warning, isFiring: true,
    startedAt: time, resolvedAt: nil, summary: "2 calls", document: #"{"calls":2}"#)
  let message = OutboxMessage(
    id: "msg_1", sequence: 1, receiver: "ops", alert: "alt_1", format: .webhook, createdAt: time, body: "{}")
  return ListedAlert(number: 7, alert: alert, messages: [message])
}

func exampleReceiver() -> ReceiverStatus {
  ReceiverStatus(
    name: "ops", format: .slack, address: "https://hooks.example", allowsPrivateAddress: false, health: .ok, waiting: 1,
    oldestWaitingAt: Timestamp(unixMicroseconds: 1_795_410_367_000_000), lastAttemptAt: nil, lastOutcome: nil,
    lastDeliveredAt: nil)
}
