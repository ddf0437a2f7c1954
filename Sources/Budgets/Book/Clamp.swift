/// The limit of output that a hard budget gives to one call: a fair share of what is left, and no less than such calls use.
public enum Clamp {
  /// The least output that any call is left with.
  public static let floorTokensMin: Int64 = 4_096
  /// What a model that thinks needs besides its thinking.
  public static let answerTokens: Int64 = 1_024

  /// The least that a call of this kind is given: what nineteen in twenty of its workflow use, and room to think.
  public static func floorTokens(outputTokensPercentile95: Int64?, thinkingBudgetTokens: Int64?) -> Int64 {
    max(floorTokensMin, outputTokensPercentile95 ?? 0, thinkingBudgetTokens.map { $0.saturatingAdd(answerTokens) } ?? 0)
  }

  /// One call's share of what is left, where so many are in flight: a quarter at the most.
  static func share(ofLeft left: Int64, inFlight: Int) -> Int64 {
    max(0, left) / max(4, Int64(inFlight).saturatingMultiply(2))
  }
}

extension ClampTerms {
  /// What the call may cost with so much output.
  func picodollars(output: Int64) -> Int64 {
    max(0, picodollarsBeforeOutput).saturatingAdd(max(0, output).saturatingMultiply(max(0, picodollarsPerOutputToken)))
  }

  /// The tokens that the call may use with so much output.
  func tokens(output: Int64) -> Int64 { max(0, tokensBeforeOutput).saturatingAdd(max(0, output)) }

  /// The output that a share pays for, between the floor and the most that the request asks; nil where the share pays for
  /// all of that, so that the request stays as it is.
  func outputTokens(share: Int64, of unit: BudgetUnit) -> Int64? {
    let affordable: Int64
    switch unit {
    case .usd:
      let left = share.saturatingAdd(-max(0, picodollarsBeforeOutput))
      affordable = picodollarsPerOutputToken > 0 ? left / picodollarsPerOutputToken : .max
    case .tokens: affordable = share.saturatingAdd(-max(0, tokensBeforeOutput))
    case .calls, .toolCalls: return nil
    }
    let limit = max(affordable, floorTokens)
    return limit < outputTokensMax ? limit : nil
  }
}
