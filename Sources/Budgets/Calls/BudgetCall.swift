public import Metering

/// What budgets know of a call.
public struct BudgetCall: Sendable, Hashable {
  public var id: CallID
  public var agent: String
  public var workflow: String
  /// The run it belongs to; nil where none is known: the call is then a run of its own.
  public var run: String?
  /// The name of the virtual key; nil where none was used.
  public var key: String?
  /// The budgets that its key names, by name or glob: it counts in them whatever they match.
  public var keyBudgets: [BudgetPattern]
  public var team: String?
  public var provider: String
  /// The model that was asked for; nil where the request names none.
  public var model: String?
  public var billing: Billing

  public init(
    id: CallID, agent: String, workflow: String, run: String? = nil, key: String? = nil,
    keyBudgets: [BudgetPattern] = [], team: String? = nil, provider: String, model: String? = nil,
    billing: Billing = .metered
  ) {
    self.id = id
    self.agent = agent
    self.workflow = workflow
    self.run = run
    self.key = key
    self.keyBudgets = keyBudgets
    self.team = team
    self.provider = provider
    self.model = model
    self.billing = billing
  }
}
