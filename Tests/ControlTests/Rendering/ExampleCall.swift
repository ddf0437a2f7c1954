import Ledger
import Metering

/// A call in which every field says something.
func exampleCall() -> CallRecord {
  var call = CallRecord(
    id: CallID(rawValue: 123_456_789_012_345), startedAt: Timestamp(unixMicroseconds: 1_700_000_000_000_001),
    provider: "anthropic", method: "POST", path: "/v1/messages", agent: "researcher", workflow: "nightly \"x\"")
  call.dialect = "anthropic"
  call.modelRequested = "claude"
  call.model = "claude-4"
  call.run = "42"
  call.place = RunPlace(
    source: .toolCall, parentRun: "41", node: "n2", parentNode: "n1", depth: 3, isRetry: true)
  call.status = 200
  call.outcome = .ok
  call.isStream = true
  for (number, cell) in UsageCell.allCases.enumerated() { call.usage[cell] = 1 << Int64(number) }
  call.usage[.cacheWrite12h] = 0
  call.usageRaw = "{\"input_tokens\": 1,\n \"x\": [1.50, null]}"
  call.usageSource = .provider
  call.costPicodollars = 9_007_199_254_740_993
  call.debitedPicodollars = 9_007_199_254_740_993
  call.reportedCostPicodollars = 9_007_199_254_740_993
  call.bookCostPicodollars = 9_007_199_254_000_000
  call.costSource = .reported
  call.pricedAs = "claude-4"
  call.serviceTier = "standard"
  call.geo = "us"
  call.toolCalls = [ToolCall(id: "toolu_1", name: "search")]
  call.serverToolCalls = ["web_search": 2, "code_execution": 1]
  call.toolResults = 3
  call.finishReason = "tool_use"
  call.error = "overloaded_error"
  call.providerRequestID = "req_1"
  call.providerResponseID = "msg_1"
  call.providerProject = "proj_1"
  call.upstreamKeyID = "ab12"
  call.timeToFirstTokenMicroseconds = 500_001
  call.durationMicroseconds = 2_000_000
  call.overheadMicroseconds = 87
  call.requestBytes = 1_000
  call.responseBytes = 2_000
  return call
}

/// A price that became known, in which every field says something.
func exampleAdjustment() -> Adjustment {
  Adjustment(
    id: 7, bookedAt: Timestamp(unixMicroseconds: 1_700_000_100_000_000),
    effectiveAt: Timestamp(unixMicroseconds: 1_700_000_000_000_001), kind: .reprice, call: exampleCall().id,
    scope: AdjustmentScope(
      provider: "anthropic", model: "claude-4", project: "proj_1", agent: "researcher", workflow: "nightly", run: "42"),
    billing: .metered, deltaPicodollars: -1_500_000_000_000, costSource: .priced, pricedAs: "claude-4.1",
    reason: "the price is known", who: "ann")
}
