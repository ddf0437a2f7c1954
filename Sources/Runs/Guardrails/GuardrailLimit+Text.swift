internal import Budgets

/// How the amounts of limits are written in configuration.
extension GuardrailLimit {
  /// Reads the amount of a limit: a whole number, dollars (`5 USD`), or a time (`90s`, `30m`, `2h`, `1d`).
  ///
  /// - Returns: nil where the text is none, or the amount is less than the least of its kind.
  public init?(_ kind: Kind, text: String) {
    let amount: Int64?
    switch kind {
    case .cost:
      let limit = BudgetLimit(text)
      amount = limit?.unit == .usd ? limit?.amount : nil
    case .wallTime: amount = Self.microseconds(text)
    default: amount = text.utf8.allSatisfy { $0 &- UInt8(ascii: "0") < 10 } ? Int64(text) : nil
    }
    guard let amount, amount >= kind.amountMin else { return nil }
    self.init(kind, amount)
  }

  /// What is accepted, for messages.
  public static func accepted(_ kind: Kind) -> String {
    switch kind {
    case .cost: "dollars, such as 5 USD"
    case .wallTime: "a time, such as 30m"
    default: "a whole number from \(kind.amountMin) on"
    }
  }

  /// The amount as ``init(_:text:)`` reads it.
  public var amountText: String {
    switch kind {
    case .cost: BudgetLimit(unit: .usd, amount: amount).description
    case .wallTime: Self.timeText(amount)
    default: String(amount)
    }
  }

  /// A time in whole seconds, minutes, hours or days.
  ///
  /// - Returns: microseconds; nil where the text is no such time, or none at all.
  public static func microseconds(_ text: String) -> Int64? {
    let factor: Int64
    switch text.utf8.last {
    case UInt8(ascii: "s"): factor = 1
    case UInt8(ascii: "m"): factor = 60
    case UInt8(ascii: "h"): factor = 3_600
    case UInt8(ascii: "d"): factor = 86_400
    default: return nil
    }
    let digits = text.utf8.dropLast()
    guard !digits.isEmpty, digits.allSatisfy({ $0 &- UInt8(ascii: "0") < 10 }), let count = Int64(text.dropLast())
    else {
      return nil
    }
    let (seconds, overflow) = count.multipliedReportingOverflow(by: factor)
    let (microseconds, isTooLong) = seconds.multipliedReportingOverflow(by: 1_000_000)
    return overflow || isTooLong || microseconds == 0 ? nil : microseconds
  }

  /// What ``microseconds(_:)`` reads; the second below where the time is not whole.
  public static func timeText(_ microseconds: Int64) -> String {
    let seconds = microseconds / 1_000_000
    for (factor, unit) in [(Int64(86_400), "d"), (3_600, "h"), (60, "m")] where seconds > 0 && seconds % factor == 0 {
      return "\(seconds / factor)\(unit)"
    }
    return "\(seconds)s"
  }
}
