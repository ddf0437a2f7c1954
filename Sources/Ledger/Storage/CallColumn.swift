/// The columns of `calls` in the order in which they are written and read; those of the usage cells follow, then
/// `usage_parts` and `usage_raw`.
enum CallColumn: Int32, CaseIterable {
  case id, startedAt, provider, dialect, method, path, modelRequested, model, agent, workflow, run
  case status, outcome, isStream, usageSource, cost, reportedCost, bookCost, debited, costSource, pricedAs, priceContext
  case billing, serviceTier, geo
  case toolCalls, serverTools, toolResults, finishReason, error, providerRequestID, providerResponseID, providerProject
  case upstreamKeyID, timeToFirstToken, duration, overhead, requestBytes, responseBytes
  case virtualKey, team
  case runSource, parentRun, node, parentNode, depth, isRetry, isModelCall

  /// The names, in the same order.
  private static let names = [
    "id", "started_at", "provider", "dialect", "method", "path", "model_requested", "model", "agent", "workflow", "run",
    "status", "outcome", "is_stream", "usage_source", "cost", "reported_cost", "book_cost", "debited", "cost_source",
    "priced_as", "price_context", "billing", "service_tier", "geo", "tool_calls", "server_tools", "tool_results",
    "finish_reason", "error",
    "provider_request_id",
    "provider_response_id", "provider_project", "upstream_key_id", "ttft_us", "duration_us", "overhead_us",
    "request_bytes", "response_bytes", "virtual_key", "team",
    "run_source", "parent_run", "node", "parent_node", "depth", "is_retry",
    "is_model_call",
  ]

  /// Every column, as a list for SQL.
  static let all = names + usageColumnNames + ["usage_parts", "usage_raw"]
  static let list = all.joined(separator: ", ")

  /// Where the columns of the usage cells begin, and where `usage_parts` and `usage_raw` stand.
  static let firstUsage = Int32(CallColumn.allCases.count)
  static let usageParts = firstUsage + Int32(usageColumnNames.count)
  static let usageRaw = usageParts + 1
}
