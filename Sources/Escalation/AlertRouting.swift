public import Ledger

/// Who is told of what no budget's `alerts` say.
public struct AlertRouting: Sendable, Equatable {
  /// The rules that can be routed: all but those of which each budget says itself who is told.
  public static let rules: [AlertRule] = [
    .budgetOverrun, .holdWaiting, .guardrailTripped, .anomaly, .unpriced, .unmetered, .upstreamFailing, .ledgerFailing,
    .receiverFailing,
  ]

  private var receivers: [AlertRule: [String]]
  private let everyone: [String]

  /// - Parameters:
  ///   - everyone: the names of all receivers: who is told where nothing else is said.
  ///   - receivers: by rule; an empty list turns a rule off.
  public init(everyone: [String], receivers: [AlertRule: [String]] = [:]) {
    self.everyone = everyone
    self.receivers = receivers
  }

  /// Who is told; nil where the rule is off.
  public func receivers(of rule: AlertRule) -> [String]? {
    guard let named = receivers[rule] else { return everyone }
    return named.isEmpty ? nil : named
  }
}
