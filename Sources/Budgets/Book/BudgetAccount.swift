import Metering

/// What one scope of one budget has spent and reserved in one window.
///
/// A window that has ended keeps its account until the last reservation made in it has ended.
struct BudgetAccount: Sendable {
  var budget: Int
  /// Where its scope stands; ``nowhere`` for an account whose scope has gone on to another window, or is gone.
  var scope: Int
  var scopeText: String
  /// Of the definition that it was opened under.
  var unit: BudgetUnit
  var window: BudgetWindow
  /// Settled, in the budget's unit. More than the limit where calls used more than they had reserved.
  var spent: Int64 = 0
  /// How much of it came from the ledger.
  var restored: Int64 = 0
  /// By buckets, where the budget's period is rolling; `spent` is then their sum.
  var rolling: RollingSpend?
  /// The sum of the reservations in flight: wider than one of them, so that it sinks by just what it grew by.
  var reservedSum: Int128 = 0
  var reservationCount = 0
  /// The queue of those who wait for this account, in the order in which they came.
  var firstWaiter = nowhere
  var lastWaiter = nowhere
  var told: ToldStates = []
  /// When the first call asked it.
  var openedAt: Timestamp

  /// What is reserved, or the greatest amount there is.
  var reserved: Int64 { Int64(clamping: reservedSum) }
  var hasWaiters: Bool { firstWaiter != nowhere }
  var isIdle: Bool { reservationCount == 0 && !hasWaiters }

  mutating func hold(_ amount: Int64) {
    reservedSum += Int128(amount)
    reservationCount += 1
  }

  mutating func release(_ amount: Int64) {
    reservedSum -= Int128(amount)
    reservationCount -= 1
  }

  mutating func post(_ amount: Int64, at time: Timestamp) {
    if rolling != nil {
      _ = rolling?.advance(to: time)
      rolling?.post(amount)
      spent = rolling?.sum ?? spent
    } else {
      spent = spent.saturatingAdd(amount)
    }
  }

  /// The start that the ledger keeps a debit of now by.
  var debitStart: Timestamp { rolling?.bucketStart ?? window.start }

  static let none = BudgetAccount(
    budget: nowhere, scope: nowhere, scopeText: "", unit: .usd, window: .always, openedAt: BudgetWindow.always.start)
}

/// What of a window was told already. The lowest bits are the thresholds, by their place among the budget's alerts.
struct ToldStates: OptionSet, Sendable, Hashable {
  var rawValue: UInt32

  static let waiting = ToldStates(rawValue: 1 << 16)
  static let clamped = ToldStates(rawValue: 1 << 17)
  static let refusing = ToldStates(rawValue: 1 << 18)
  static let holding = ToldStates(rawValue: 1 << 19)
  static let warning = ToldStates(rawValue: 1 << 20)
  static let overrun = ToldStates(rawValue: 1 << 21)
  static let forecast = ToldStates(rawValue: 1 << 22)

  /// The alert at that place; none for places that no valid definition has.
  static func alert(_ index: Int) -> ToldStates {
    index < BudgetDefinition.alertsMax ? ToldStates(rawValue: 1 << UInt32(truncatingIfNeeded: index)) : []
  }
}

/// One of those who have a limit in a budget.
struct BudgetScope: Sendable {
  var budget: Int
  /// The value of the budget's dimension; empty where all share the limit, or a call has no value.
  var value: String
  /// How it is shown: `workflow=x`, or `all`.
  var text: String
  /// The account of the current window; ``nowhere`` until a call asks.
  var account = nowhere
  /// Whether it is the scope of one call that names no run, and goes with it.
  var isOneCall = false
  var lastUsedAt: Timestamp

  static let none = BudgetScope(budget: nowhere, value: "", text: "", lastUsedAt: BudgetWindow.always.start)
}
