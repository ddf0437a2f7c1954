import Budgets
import Observability

/// The labels of what is known of one budget.
struct BudgetLabels: LabelSet {
  var budget: String

  static let labelNames: [StaticString] = ["budget"]
  var labelValues: [String] { [budget] }
  var folded: BudgetLabels { BudgetLabels(budget: LabelValue.other.text) }
}

/// The labels of one window of a budget.
struct BudgetScopeLabels: LabelSet {
  var budget: String
  /// `workflow=x`, or `all`.
  var scope: String

  static let labelNames: [StaticString] = ["budget", "scope"]
  var labelValues: [String] { [budget, scope] }
  var folded: BudgetScopeLabels { BudgetScopeLabels(budget: LabelValue.other.text, scope: LabelValue.other.text) }
}

/// The labels of how many scopes of a budget have something left.
struct BudgetStateLabels: LabelSet {
  enum State: String {
    case open, exhausted
  }

  var budget: String
  var state: State

  static let labelNames: [StaticString] = ["budget", "state"]
  var labelValues: [String] { [budget, state.rawValue] }
  var folded: BudgetStateLabels { BudgetStateLabels(budget: LabelValue.other.text, state: state) }
}

/// The labels of what a budget decided.
struct BudgetDecisionLabels: LabelSet {
  var budget: String
  var decision: BudgetDecision.Kind

  static let labelNames: [StaticString] = ["budget", "decision"]
  var labelValues: [String] { [budget, decision.rawValue] }
  var folded: BudgetDecisionLabels { BudgetDecisionLabels(budget: LabelValue.other.text, decision: decision) }
}
