import Budgets

/// What a reply visibly costs, against what hard budgets have reserved for it. Only a provider that does not keep to the limit
/// of its output gets there.
struct VisibleSpend {
  private let terms: ClampTerms
  /// What the reservation pays for.
  private var outputTokensMax: Int64

  /// Nil where no hard budget bounds the call.
  init?(_ terms: ClampTerms?, _ admission: BudgetAdmission) {
    guard let terms, admission.hardPicodollars != nil || admission.hardTokens != nil else { return nil }
    self.terms = terms
    outputTokensMax = 0
    extend(picodollars: admission.hardPicodollars, tokens: admission.hardTokens)
  }

  /// More was reserved, or it is known anew how much is.
  mutating func extend(picodollars: Int64?, tokens: Int64?) {
    var most = Int64.max
    if let picodollars, terms.picodollarsPerOutputToken > 0 {
      let left = picodollars.subtractingReportingOverflow(terms.picodollarsBeforeOutput)
      most = min(most, left.overflow ? 0 : left.partialValue / terms.picodollarsPerOutputToken)
    }
    if let tokens {
      let left = tokens.subtractingReportingOverflow(terms.tokensBeforeOutput)
      most = min(most, left.overflow ? 0 : left.partialValue)
    }
    outputTokensMax = max(0, most)
  }

  /// What has to be reserved for a reply that already has so many tokens, with a quarter more to go on; nil where what is
  /// reserved pays for it.
  func needed(outputTokens: Int64) -> CallAmounts? {
    guard outputTokens > outputTokensMax else { return nil }
    let tokens = Int128(outputTokens) + Int128(outputTokens / 4)
    let picodollars = Int128(terms.picodollarsBeforeOutput) + tokens * Int128(terms.picodollarsPerOutputToken)
    return CallAmounts(
      picodollars: Int64(clamping: picodollars), tokens: Int64(clamping: Int128(terms.tokensBeforeOutput) + tokens))
  }
}
