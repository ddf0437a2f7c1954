public import Runs

extension AnomalyKind: ClosedLabelValue {
  /// `kind`.
  public static var labelName: StaticString { "kind" }
}

extension GuardrailAction: ClosedLabelValue {
  /// `action`.
  public static var labelName: StaticString { "action" }
}

/// `agent`, `workflow`: whose run it is.
struct RunParty: Hashable, Sendable {
  var agent: LabelValue
  var workflow: LabelValue

  static let names: [StaticString] = ["agent", "workflow"]
  var texts: [String] { [agent.text, workflow.text] }
  var folded: RunParty { RunParty(agent: agent.folded, workflow: workflow.folded) }
  var isConfigured: Bool { agent.isConfigured && workflow.isConfigured }
}

/// `rule`, `action`, `agent`, `workflow`.
struct TripLabels: LabelSet {
  /// The guardrail's name: the operator's.
  var rule: LabelValue
  var action: GuardrailAction
  var party: RunParty

  static var labelNames: [StaticString] { ["rule", GuardrailAction.labelName] + RunParty.names }
  var labelValues: [String] { [rule.text, action.rawValue] + party.texts }
  var folded: TripLabels { TripLabels(rule: rule, action: action, party: party.folded) }
  var isConfigured: Bool { party.isConfigured }
}

/// `kind`, `agent`, `workflow`.
struct AnomalyLabels: LabelSet {
  var kind: AnomalyKind
  var party: RunParty

  static var labelNames: [StaticString] { [AnomalyKind.labelName] + RunParty.names }
  var labelValues: [String] { [kind.rawValue] + party.texts }
  var folded: AnomalyLabels { AnomalyLabels(kind: kind, party: party.folded) }
  var isConfigured: Bool { party.isConfigured }
}
