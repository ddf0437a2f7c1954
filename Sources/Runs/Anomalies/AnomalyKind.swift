/// A failure that nobody sees unless somebody looks. The raw values are the label `kind` of `tollgate_anomalies_total`.
public enum AnomalyKind: String, Sendable, CaseIterable {
  /// A limit of tokens cut the reply.
  case cut = "reply_cut"
  /// A filter of the provider's cut or blocked the reply.
  case contentFilter = "content_filter"
  /// The model declined.
  case refusal
  /// The reply has neither text nor tools.
  case emptyReply = "empty_reply"
  /// The arguments of a tool are not JSON.
  case argumentsNotJSON = "arguments_not_json"
  /// The arguments of a tool break its declared schema at the top.
  case argumentsBreakSchema = "arguments_break_schema"
  /// A tool was called that the request does not declare.
  case undeclaredTool = "undeclared_tool"
  /// A stream broke off.
  case missingEnd = "missing_end"
  /// The provider failed in a reply whose status says success.
  case errorInSuccess = "error_in_success"
  /// A tool failed ``RunAnomalies/toolFailuresInRow`` times in a row.
  case toolKeepsFailing = "tool_keeps_failing"
  /// The run ended, and nobody answered the tools that its last reply asked for.
  case unansweredTool = "unanswered_tool"
  /// The run cost far more than its workflow's runs do.
  case costFarAboveUsual = "cost_far_above_usual"
  /// The run made far more calls.
  case callsFarAboveUsual = "calls_far_above_usual"
  /// The run took far longer.
  case timeFarAboveUsual = "time_far_above_usual"
}

/// Something that went wrong quietly, with what it rests on.
public struct Anomaly: Sendable, Equatable {
  public var kind: AnomalyKind
  /// The tool that it is about; nil where it is about none.
  public var tool: String?
  /// What was counted: errors in a row, tools that wait, pico-dollars, calls, microseconds; 0 where nothing is.
  public var value: Int64
  /// What it is compared with; nil where it is not.
  public var usual: UsualRange?

  public init(_ kind: AnomalyKind, tool: String? = nil, value: Int64 = 0, usual: UsualRange? = nil) {
    self.kind = kind
    self.tool = tool
    self.value = value
    self.usual = usual
  }
}

/// What is usual, with the numbers that say so.
public struct UsualRange: Sendable, Equatable {
  /// The middle of what was seen.
  public var median: Int64
  /// The middle of how far from ``median`` that was (MAD).
  public var deviation: Int64
  /// The most that is taken for usual.
  public var most: Int64
  /// How many runs that rests on.
  public var runs: Int

  public init(median: Int64, deviation: Int64, most: Int64, runs: Int) {
    self.median = median
    self.deviation = deviation
    self.most = most
    self.runs = runs
  }
}
