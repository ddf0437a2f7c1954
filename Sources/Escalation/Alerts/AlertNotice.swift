public import Ledger
public import Metering

/// What is to be told of an alert at one moment: that conditions hold, or that none of them does any more.
public struct AlertNotice: Sendable, Equatable {
  /// Conditions that a message lists; the others are counted.
  public static let conditionsListedMax = 20

  public let alert: String
  public let group: AlertGroup
  public let isFiring: Bool
  public let severity: AlertSeverity
  public let startedAt: Timestamp
  public let at: Timestamp
  /// Those that are listed.
  public let conditions: [AlertCondition]
  /// How many more there are in this message.
  public let othersCount: Int
  /// Conditions of the alert that hold, those told before among them.
  public let holdingCount: Int
  /// Who is told, without repetitions.
  public let receivers: [String]

  /// - Parameters:
  ///   - severity: nil takes the gravest of the conditions.
  ///   - told: who was told of the alert before, and is told of its end.
  init(
    alert: String, group: AlertGroup, isFiring: Bool, startedAt: Timestamp, at: Timestamp,
    conditions: [AlertCondition], holding: Int, severity: AlertSeverity? = nil, told: [String] = []
  ) {
    self.alert = alert
    self.group = group
    self.isFiring = isFiring
    self.startedAt = startedAt
    self.at = at
    let order = AlertSeverity.allCases
    let gravest = conditions.compactMap { order.firstIndex(of: $0.severity) }.max().map { order[$0] }
    self.severity = severity ?? gravest ?? .warning
    self.conditions = Array(conditions.prefix(Self.conditionsListedMax))
    othersCount = max(0, conditions.count - Self.conditionsListedMax)
    holdingCount = holding
    var names = told
    for name in conditions.flatMap(\.receivers) where !names.contains(name) { names.append(name) }
    receivers = names
  }

  /// The alert as the ledger keeps it.
  var row: Alert {
    Alert(
      id: alert, dedupKey: group.dedupKey, rule: group.rule, severity: severity, isFiring: isFiring,
      startedAt: startedAt, resolvedAt: isFiring ? nil : at, summary: summary,
      document: String(decoding: AlertDocument.data(self), as: UTF8.self))
  }
}
