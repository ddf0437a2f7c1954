public import Metering

extension Outcome: ClosedLabelValue {
  /// `outcome`.
  public static var labelName: StaticString { "outcome" }
}

extension Billing: ClosedLabelValue {
  /// `billing`.
  public static var labelName: StaticString { "billing" }
}

extension UsageSource: ClosedLabelValue {
  /// `source`.
  public static var labelName: StaticString { "source" }
}

/// How one attempt at an upstream ended.
public enum UpstreamAttemptOutcome: String, Sendable, ClosedLabelValue {
  /// A status below 400, and the whole reply.
  case ok
  /// A 4xx other than 429.
  case clientError = "client_error"
  /// 429.
  case rateLimited = "rate_limited"
  /// A 5xx.
  case serverError = "server_error"
  /// No connection, by name look-up, TCP or TLS; nothing was sent.
  case connectFailed = "connect_failed"
  /// A time limit passed.
  case timeout
  /// The connection ended before the reply did, or the reply broke HTTP's rules.
  case brokenOff = "broken_off"
  /// Tollgate or the client gave it up.
  case cancelled

  /// `outcome`.
  public static var labelName: StaticString { "outcome" }
}

/// What a provider limits by the minute.
public enum RateLimitKind: String, Sendable, ClosedLabelValue {
  case requests
  case tokens

  /// `kind`.
  public static var labelName: StaticString { "kind" }
}

/// Whether a tool's result said that it failed.
public enum ToolResultOutcome: String, Sendable, ClosedLabelValue {
  case ok
  case error

  /// `outcome`.
  public static var labelName: StaticString { "outcome" }
}

/// `provider`, `model`, `agent`, `workflow`: whose call it was.
struct CallParty: Hashable, Sendable {
  var provider: LabelValue
  var model: LabelValue
  var agent: LabelValue
  var workflow: LabelValue

  static let names: [StaticString] = ["provider", "model", "agent", "workflow"]
  var texts: [String] { [provider.text, model.text, agent.text, workflow.text] }
  /// The provider stays: the operator names it.
  var folded: CallParty {
    CallParty(provider: provider, model: .other, agent: agent.folded, workflow: workflow.folded)
  }
  var isConfigured: Bool { agent.isConfigured && workflow.isConfigured }
}

/// A party and one closed label.
struct PartyLabels<Value: ClosedLabelValue>: LabelSet {
  var party: CallParty
  var value: Value

  static var labelNames: [StaticString] { CallParty.names + [Value.labelName] }
  var labelValues: [String] { party.texts + [value.rawValue] }
  var folded: PartyLabels { PartyLabels(party: party.folded, value: value) }
  var isConfigured: Bool { party.isConfigured }
}

/// A party, its team and who pays.
struct CostLabels: LabelSet {
  var party: CallParty
  var team = LabelValue.none
  var billing: Billing

  static var labelNames: [StaticString] { CallParty.names + ["team", Billing.labelName] }
  var labelValues: [String] { party.texts + [team.text, billing.rawValue] }
  /// The team stays: the operator names it.
  var folded: CostLabels { CostLabels(party: party.folded, team: team, billing: billing) }
  var isConfigured: Bool { party.isConfigured }
}

/// `provider`, `model`.
struct ModelLabels: LabelSet {
  var provider: LabelValue
  var model: LabelValue

  static var labelNames: [StaticString] { ["provider", "model"] }
  var labelValues: [String] { [provider.text, model.text] }
  var folded: ModelLabels { ModelLabels(provider: provider, model: .other) }
}

/// `provider`. Providers are the operator's, so that no folding is needed.
struct ProviderLabels: LabelSet {
  var provider: LabelValue

  static var labelNames: [StaticString] { ["provider"] }
  var labelValues: [String] { [provider.text] }
  var folded: ProviderLabels { self }
}

/// `provider` and one closed label.
struct ProviderClosedLabels<Value: ClosedLabelValue>: LabelSet {
  var provider: LabelValue
  var value: Value

  static var labelNames: [StaticString] { ["provider", Value.labelName] }
  var labelValues: [String] { [provider.text, value.rawValue] }
  var folded: ProviderClosedLabels { self }
}

/// `workflow`.
struct WorkflowLabels: LabelSet {
  var workflow: LabelValue

  static var labelNames: [StaticString] { ["workflow"] }
  var labelValues: [String] { [workflow.text] }
  var folded: WorkflowLabels { WorkflowLabels(workflow: workflow.folded) }
  var isConfigured: Bool { workflow.isConfigured }
}

/// `agent`, `workflow`, `tool`; and `server` where the tool was called through Tollgate, and not asked for by a model.
struct ToolLabels: LabelSet {
  var agent: LabelValue
  var workflow: LabelValue
  var tool: LabelValue
  /// The provider that serves the tool. The label comes last, so that it can be left out.
  var server: LabelValue?

  static var labelNames: [StaticString] { ["agent", "workflow", "tool", "server"] }
  var labelValues: [String] { [agent.text, workflow.text, tool.text] + serverValues }
  var serverValues: [String] { server.map { [$0.text] } ?? [] }
  /// The server stays: the operator names it.
  var folded: ToolLabels {
    ToolLabels(agent: agent.folded, workflow: workflow.folded, tool: tool.folded, server: server)
  }
  var isConfigured: Bool { agent.isConfigured && workflow.isConfigured }
}

/// `agent`, `workflow`, `tool`, `outcome`; and `server` as in ``ToolLabels``.
struct ToolResultLabels: LabelSet {
  var tool: ToolLabels
  var outcome: ToolResultOutcome

  static var labelNames: [StaticString] { ["agent", "workflow", "tool", ToolResultOutcome.labelName, "server"] }
  var labelValues: [String] {
    [tool.agent.text, tool.workflow.text, tool.tool.text, outcome.rawValue] + tool.serverValues
  }
  var folded: ToolResultLabels { ToolResultLabels(tool: tool.folded, outcome: outcome) }
  var isConfigured: Bool { tool.isConfigured }
}

/// `tool`; and `server` as in ``ToolLabels``.
struct ServedToolLabels: LabelSet {
  var tool: LabelValue
  var server: LabelValue?

  static var labelNames: [StaticString] { ["tool", "server"] }
  var labelValues: [String] { [tool.text] + (server.map { [$0.text] } ?? []) }
  var folded: ServedToolLabels { ServedToolLabels(tool: tool.folded, server: server) }
  var isConfigured: Bool { tool.isConfigured }
}
