/// How much is known of what a call used, when it ends.
public enum UsageCertainty: Sendable, Hashable {
  /// All of it: the provider said so, or the reply was seen to its end.
  case whole
  /// What was seen of a stream; the rest nobody will ever tell. Hard budgets charge what they had reserved, if that is more.
  case partial
  /// Nothing, of a reply that is not a stream. Every budget charges what it had reserved, if that is more.
  case none
}

/// What budgets hold for a call: what they charge where nobody says what it used. Tools that it may ask for are not in it.
public struct CallReserve: Sendable, Hashable {
  /// Of those that are hard.
  public var bound: CallAmounts
  /// Of the others.
  public var expected: CallAmounts

  public init(bound: CallAmounts, expected: CallAmounts) {
    self.bound = bound
    self.expected = expected
  }

  public static let zero = CallReserve(bound: .zero, expected: .zero)
}

extension UsageCertainty {
  /// What one budget charges.
  ///
  /// - Parameters:
  ///   - used: what is known to be used, in the budget's unit.
  ///   - reserved: what it had reserved.
  func charged(_ used: Int64, reserved: Int64, unit: BudgetUnit, isHard: Bool) -> Int64 {
    // Tools that nobody saw a reply ask for were not asked for.
    guard unit != .toolCalls else { return used }
    switch self {
    case .whole: return used
    case .partial: return isHard ? max(used, reserved) : used
    case .none: return max(used, reserved)
    }
  }
}
