import Metering

/// What the calls of one transaction add to a run.
struct RunTotals {
  var startedAt: Int64
  var lastAt: Int64
  /// When the call began that began last.
  private(set) var lastStartedAt: Int64
  /// Of the call that began first.
  var agent: String
  var workflow: String
  var source: RunSource?
  var parentRun: String?

  private(set) var llmCalls: Int64 = 0
  private(set) var errors: Int64 = 0
  private(set) var retries: Int64 = 0
  private(set) var toolCalls: Int64 = 0
  private(set) var serverToolCalls: Int64 = 0
  private(set) var toolResults: Int64 = 0
  private(set) var toolErrors: Int64 = 0
  private(set) var unpriced: Int64 = 0
  private(set) var cost = SplitSum()
  private(set) var inputTokens: Int64 = 0
  private(set) var outputTokens: Int64 = 0
  private(set) var modelMicroseconds: Int64 = 0
  private(set) var depth: Int64 = 0
  private(set) var fanoutMax: Int64 = 0

  init(_ record: borrowing CallRecord) {
    startedAt = record.startedAt.unixMicroseconds
    lastAt = startedAt
    lastStartedAt = startedAt
    agent = record.agent
    workflow = record.workflow
    source = record.place?.source
    parentRun = record.place?.parentRun
  }

  mutating func add(_ record: borrowing CallRecord, _ extras: CallExtras) {
    let start = record.startedAt.unixMicroseconds
    if start < startedAt {
      startedAt = start
      agent = record.agent
      workflow = record.workflow
      source = record.place?.source
    }
    parentRun = parentRun ?? record.place?.parentRun
    lastAt = max(lastAt, start.capped(plus: record.durationMicroseconds))
    lastStartedAt = max(lastStartedAt, start)
    if extras.isModelCall { llmCalls &+= 1 }
    if record.outcome.isError { errors &+= 1 }
    if record.place?.isRetry == true { retries &+= 1 }
    let asked = Self.toolsAsked(record)
    toolCalls &+= asked
    serverToolCalls = record.serverToolCalls.values.reduce(serverToolCalls) { $0.capped(plus: Int64($1)) }
    toolResults &+= Int64(record.toolResults)
    toolErrors &+= Int64(extras.toolErrors)
    if record.costSource == .unpriced { unpriced &+= 1 }
    cost.add(record.costPicodollars ?? 0)
    for cell in usageCells where cell.isTokens {
      if cell.isPromptTokens {
        inputTokens = inputTokens.capped(plus: record.usage[cell])
      } else {
        outputTokens = outputTokens.capped(plus: record.usage[cell])
      }
    }
    modelMicroseconds = modelMicroseconds.capped(plus: record.durationMicroseconds)
    depth = max(depth, Int64(record.place?.depth ?? 0))
    fanoutMax = max(fanoutMax, asked)
  }

  /// The dialect of servers of tools.
  static let toolDialect = "mcp"

  /// How many tools a reply asked for. Those that are called through Tollgate, some reply has asked for before.
  private static func toolsAsked(_ record: borrowing CallRecord) -> Int64 {
    record.dialect == toolDialect ? 0 : Int64(record.toolCalls.count)
  }

  /// In the order of ``RunWriter/sumColumns``.
  var sums: InlineArray<13, Int64> {
    [
      llmCalls, errors, retries, toolCalls, serverToolCalls, toolResults, toolErrors, unpriced, cost.high, cost.low,
      inputTokens, outputTokens, modelMicroseconds,
    ]
  }

  /// In the order of ``RunWriter/maxColumns``.
  var maxima: InlineArray<2, Int64> { [depth, fanoutMax] }
}

extension Int64 {
  /// The sum; the largest number where that would overflow.
  fileprivate func capped(plus other: Int64) -> Int64 {
    let (sum, overflow) = addingReportingOverflow(other)
    return overflow ? .max : sum
  }
}
