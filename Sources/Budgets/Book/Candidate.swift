/// One budget's part in the decision about a call.
struct Candidate: Sendable {
  var budget: Int
  var account: Int
  var terms: BudgetTerms
  /// The limit in force.
  var limit: Int64
  /// What the call needs, in the unit; nil where a hard budget cannot tell.
  var amount: Int64?
  /// Under which approval it passes above the limit.
  var allowance: AllowanceKey?
  var verdict: Verdict

  enum Verdict: Sendable {
    case fits
    /// It would fit but for what others have reserved, or for those who wait already.
    case contended
    case exhausted
    case unbounded
  }

  /// What is reserved: the bound where it is known, else what is expected.
  func reservable(_ need: CallNeed) -> Int64 { amount ?? terms.unit.amount(of: need.expected) }
}

extension BudgetUnit {
  /// How much of this unit a call uses.
  func amount(of amounts: CallAmounts) -> Int64 {
    switch self {
    case .usd: max(0, amounts.picodollars)
    case .tokens: max(0, amounts.tokens)
    case .calls: 1
    case .toolCalls: max(0, amounts.toolCalls)
    }
  }

  /// How much of this unit a call may use, given the limit of its output; nil where nothing bounds it.
  func need(_ need: CallNeed, _ bound: BudgetBound, clamp: Int64?) -> Int64? {
    switch (self, bound) {
    case (.usd, .hard):
      clamp.flatMap { need.clamp?.picodollars(output: $0) } ?? need.boundPicodollars.map { max(0, $0) }
    case (.tokens, .hard): clamp.flatMap { need.clamp?.tokens(output: $0) } ?? need.boundTokens.map { max(0, $0) }
    case (.calls, _): 1
    // A call that asks for no tool is not known beforehand; one that finds nothing left must not pass for free.
    case (.toolCalls, _): max(1, need.expected.toolCalls)
    case (.usd, .expected), (.tokens, .expected): amount(of: need.expected)
    }
  }
}
