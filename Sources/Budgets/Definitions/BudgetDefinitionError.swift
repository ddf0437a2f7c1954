/// What is wrong with a definition. ``description`` says what to do.
public enum BudgetDefinitionError: Error, Hashable, CustomStringConvertible {
  case badName(String)
  case limitNotPositive(budget: String)
  case toolCallsCannotBeHard(budget: String)
  case clampNeedsHard(budget: String)
  case clampNeedsOutput(budget: String, unit: BudgetUnit)
  case runsAreForLife(budget: String)
  case rollingOutOfRange(budget: String, seconds: Int64)
  case thresholdOutOfRange(budget: String, partsPerMillion: Int64)
  case tooManyAlerts(budget: String)
  case emptyPattern(budget: String, dimension: BudgetDimension)
  case tooManyPatterns(budget: String, dimension: BudgetDimension)
  case noSuchBudget(String)
  case tooManyBudgets
  case tooManyRaises(budget: String)
  case amountNotPositive(budget: String)

  public var description: String {
    switch self {
    case .badName(let name):
      "budget \"\(name)\": a name has 1 to 128 of the characters A-Z a-z 0-9 . _ : / @ + -, and is not . or .."
    case .limitNotPositive(let budget): "budget \"\(budget)\": limit must be more than 0"
    case .toolCallsCannotBeHard(let budget):
      "budget \"\(budget)\": tool_calls cannot be hard, since a reply may ask for any number; use bound: expected"
    case .clampNeedsHard(let budget): "budget \"\(budget)\": clamp needs bound: hard"
    case .clampNeedsOutput(let budget, let unit):
      "budget \"\(budget)\": clamp limits output, which a limit in \(unit.rawValue) does not count; use USD or tokens"
    case .runsAreForLife(let budget):
      "budget \"\(budget)\": each: run is for a run's lifetime; leave every out or set it to total"
    case .rollingOutOfRange(let budget, let seconds):
      "budget \"\(budget)\": rolling \(seconds) s is outside 1 s to \(BudgetPeriod.rollingSecondsMax) s"
    case .thresholdOutOfRange(let budget, let partsPerMillion):
      "budget \"\(budget)\": an alert at \(partsPerMillion) parts per million is outside 1 to 10,000,000 (1000 %)"
    case .tooManyAlerts(let budget): "budget \"\(budget)\": more than \(BudgetDefinition.alertsMax) alerts"
    case .emptyPattern(let budget, let dimension):
      "budget \"\(budget)\": match has an empty \(dimension.rawValue); leave it out to match all"
    case .tooManyPatterns(let budget, let dimension):
      "budget \"\(budget)\": match has more than \(BudgetMatch.patternsMax) values of \(dimension.rawValue); use a glob"
    case .noSuchBudget(let name): "there is no budget \"\(name)\""
    case .tooManyBudgets: "more than \(BudgetBook.budgetsMax) budgets; remove some, or use each"
    case .tooManyRaises(let budget):
      "budget \"\(budget)\": more than \(BudgetBook.raisesMax) raises in force; wait for one to end, or change the limit"
    case .amountNotPositive(let budget): "budget \"\(budget)\": the amount must be more than 0"
    }
  }
}

extension BudgetDefinition {
  /// Throws what is wrong with the definition itself; whether its zone exists, the caller knows.
  public func validate() throws(BudgetDefinitionError) {
    guard Self.isName(name) else { throw .badName(name) }
    guard limit.amount > 0 else { throw .limitNotPositive(budget: name) }
    if bound == .hard, limit.unit == .toolCalls { throw .toolCallsCannotBeHard(budget: name) }
    if clamps {
      guard bound == .hard else { throw .clampNeedsHard(budget: name) }
      guard limit.unit == .usd || limit.unit == .tokens else {
        throw .clampNeedsOutput(budget: name, unit: limit.unit)
      }
    }
    if each == .run, period != .total { throw .runsAreForLife(budget: name) }
    if case .rolling(let seconds) = period, seconds < 1 || seconds > BudgetPeriod.rollingSecondsMax {
      throw .rollingOutOfRange(budget: name, seconds: seconds)
    }
    try validateMatch()
    try validateAlerts()
  }

  private func validateMatch() throws(BudgetDefinitionError) {
    for (dimension, patterns) in match.lists {
      if patterns.contains(where: \.text.isEmpty) { throw .emptyPattern(budget: name, dimension: dimension) }
      if patterns.count > BudgetMatch.patternsMax { throw .tooManyPatterns(budget: name, dimension: dimension) }
    }
  }

  private func validateAlerts() throws(BudgetDefinitionError) {
    if alerts.count > Self.alertsMax { throw .tooManyAlerts(budget: name) }
    for case .spent(let partsPerMillion) in alerts.map(\.condition) where !(1...10_000_000 ~= partsPerMillion) {
      throw .thresholdOutOfRange(budget: name, partsPerMillion: partsPerMillion)
    }
  }

  /// As a segment of a path `.` and `..` would mean another path.
  private static func isName(_ name: String) -> Bool {
    1...128 ~= name.utf8.count && name != "." && name != ".."
      && name.utf8.allSatisfy { byte in
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
          UInt8(ascii: "0")...UInt8(ascii: "9"):
          true
        default: "._:/@+-".utf8.contains(byte)
        }
      }
  }
}
