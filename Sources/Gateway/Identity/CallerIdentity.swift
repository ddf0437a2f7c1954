internal import Budgets
public import Ledger
public import Metering
public import Observability

/// Where a name of the caller comes from: how sure it is, and what reports count as unnamed.
public enum IdentitySource: String, Sendable, CaseIterable {
  /// The virtual key, which nothing else overrides.
  case key
  /// A segment of the path.
  case path
  /// A header `x-tollgate-*`.
  case header
  /// Claude Code's own headers or its user agent.
  case claudeCode = "claude_code"
  /// Codex's own headers or its user agent, which others send too.
  case codex
  /// A W3C `baggage` member with OpenTelemetry's name.
  case baggage
  /// The product that `user-agent` names.
  case userAgent = "user_agent"
  /// Nothing said so.
  case none
}

/// Who makes a call, for which workflow and run, and who pays.
public struct CallerIdentity: Sendable, Equatable {
  /// The agent where nothing names one.
  public static let unknownAgent = "unknown"
  /// The workflow where nothing names one.
  public static let defaultWorkflow = "default"

  public var agent: String
  public var agentSource: IdentitySource
  public var workflow: String
  public var workflowSource: IdentitySource
  public var run: String?
  /// Where ``run`` comes from; `none` where there is none.
  public var runSource: IdentitySource
  /// The run that started this one.
  public var parentRun: String?
  /// The node of the run's tree that calls, where the client tells its sub-agents apart.
  public var node: String?
  /// The node that started ``node``.
  public var parentNode: String?
  /// Where in its own trace the caller is, as a valid `traceparent` says.
  public var trace: TraceContext?
  /// Whether the client says that it sends the request again.
  public var isSaidRetry = false
  /// What the client says of how long the tools ran whose results it brings, as ``ToolDurations`` reads it; nil where it says nothing.
  public var toolDurations: String?
  public var billing: Billing
  /// Tells upstream keys apart without revealing them; nil where the request has none.
  public var upstreamKeyID: String?
  /// The virtual key that the call came with; nil where there was none.
  public var virtualKey: VirtualKey?

  /// The id of ``trace``: 32 hexadecimal digits.
  public var traceID: String? { trace?.traceID.description }
  /// The name of the virtual key.
  public var key: String? { virtualKey?.name }
  /// The budgets that its calls count in, whatever those match.
  var keyBudgets: [BudgetPattern] { virtualKey?.grant.budgets ?? [] }
  /// The team that the virtual key is bound to.
  public var team: String? { virtualKey?.grant.team }
}
