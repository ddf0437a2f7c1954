internal import Escalation
internal import Ledger

/// What the control plane asks of alerts and receivers.
struct ControlAlerts: Sendable {
  var list: @Sendable (AlertFilter) async throws -> [ListedAlert]
  var receivers: @Sendable () -> [ReceiverStatus]
  var test: @Sendable (_ receiver: String) async throws -> DeliveryOutcome
  /// How many messages are sent again.
  var redeliver: @Sendable (Redelivery) async throws -> Int
}

extension ControlAlerts {
  init(_ escalation: Escalation) {
    self.init(
      list: { try await escalation.alerts($0) }, receivers: { escalation.receiverStatus },
      test: { try await escalation.test($0) }, redeliver: { try await escalation.redeliver($0) })
  }

  /// Where nobody is told: what the ledger has, and no receivers.
  init(_ ledger: Ledger) {
    let alerts = ledger.alerts
    self.init(
      list: { try await alerts.list($0) }, receivers: { [] },
      test: { throw ReceiverError.unknownReceiver($0, known: []) },
      redeliver: { _ in 0 })
  }
}
