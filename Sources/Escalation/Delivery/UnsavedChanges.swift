import Ledger

/// What the ledger has not been told yet: the newest of each state, alert and message. While the ledger cannot be written it grows, up to
/// limits beyond which the oldest is left out; the ledger then keeps an older state of that, and a message may be sent twice.
struct UnsavedChanges: Sendable {
  static let entriesMax = 20_000

  private var states: [String: AlertState] = [:]
  private var forgotten: Set<String> = []
  private var alerts: [String: Alert] = [:]
  /// In the order in which they were told.
  private var alertOrder: [String] = []
  private var messages: [String: OutboxMessage] = [:]

  var isEmpty: Bool { states.isEmpty && forgotten.isEmpty && alerts.isEmpty && messages.isEmpty }

  mutating func add(states new: [AlertState], forgotten keys: [String]) {
    for state in new where states.count < Self.entriesMax || states[state.key] != nil {
      states[state.key] = state
      forgotten.remove(state.key)
    }
    for key in keys {
      states[key] = nil
      if forgotten.count < Self.entriesMax { forgotten.insert(key) }
    }
  }

  mutating func add(_ alert: Alert) {
    if alerts.updateValue(alert, forKey: alert.id) == nil { alertOrder.append(alert.id) }
    guard alertOrder.count > Self.entriesMax else { return }
    alerts[alertOrder.removeFirst()] = nil
  }

  mutating func add(_ message: OutboxMessage) {
    messages[message.id] = message
    guard messages.count > Self.entriesMax,
      let oldest = messages.values.filter({ $0.state != .waiting }).min(by: { $0.sequence < $1.sequence })
    else { return }
    messages[oldest.id] = nil
  }

  /// Everything, as one transaction.
  var changes: AlertChanges {
    var changes = AlertChanges()
    changes.states = states.values.sorted { $0.key < $1.key }
    changes.forgotten = forgotten.sorted()
    changes.alerts = alertOrder.compactMap { alerts[$0] }
    changes.messages = messages.values.sorted { $0.sequence < $1.sequence }
    return changes
  }

  /// Puts back what could not be committed, under what has come meanwhile.
  mutating func putBack(_ older: UnsavedChanges) {
    var all = older
    all.add(states: states.values.map { $0 }, forgotten: Array(forgotten))
    for id in alertOrder { if let alert = alerts[id] { all.add(alert) } }
    for message in messages.values { all.add(message) }
    self = all
  }
}
