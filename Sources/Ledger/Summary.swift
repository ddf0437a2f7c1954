public import Metering

/// What a summary is grouped by.
public enum SummaryDimension: String, Sendable, CaseIterable {
  case agent, workflow
  /// The model that answered.
  case model
  case provider
  /// A tool that replies asked the client to call. A call that asked for two tools is in both rows, each time with
  /// all of its usage and cost, so that these rows do not add up to a total; calls without tools are in the row
  /// without a name.
  case tool
  /// A calendar day in the offset asked for, as `2026-11-23`.
  case day
  /// An hour in the offset asked for, as `2026-11-23T05:00:00Z` or `2026-11-23T05:00:00+02:00`.
  case hour
  case billing, run
  /// The virtual key that the call was made with, and its team.
  case key, team
  /// The provider's organisation, project or workspace.
  case project
}

extension SummaryDimension {
  /// Whether the hourly totals do not have it, so that it is asked of the rows, for as long as those are kept.
  public var needsRows: Bool {
    switch self {
    case .run, .tool, .project, .key, .team: true
    case .agent, .workflow, .model, .provider, .day, .hour, .billing: false
    }
  }
}

/// One row of a summary.
public struct SummaryRow: Sendable, Equatable {
  /// The value of each dimension asked for, in that order; nil where the call had none.
  public var key: [String?]
  public var calls: Int64
  public var usage: Usage
  /// What the calls cost, with what was booked afterwards; never what a budget reserved or a bound charged. Exact: wider than
  /// one call's cost, since a sum of Int64 pico-dollars ends at 9.2 million USD.
  public var costPicodollars: Int128
  /// The part of ``costPicodollars`` that was booked after the calls were settled.
  public var adjustedPicodollars: Int128
  /// The part of ``costPicodollars`` that providers reported themselves.
  public var reportedPicodollars: Int128
  /// What the price book makes of the calls behind ``reportedPicodollars``; where it does not know the model, what was reported.
  public var reportedBookPicodollars: Int128
  /// The part of ``costPicodollars`` that stands for models whose price is not known: calls that were charged as the model that
  /// the operator named for such, and were not priced since.
  public var substitutedPicodollars: Int128
  /// ``costPicodollars`` by where the counts came from; a correction of a day is under `none`.
  public var costBySource: [UsageSource: Int128]
  /// Cost under a subscription login: what it would have been. Not part of ``costPicodollars``.
  public var subscriptionPicodollars: Int128
  /// Calls of a model whose price is still not known.
  public var unpricedCalls: Int64
  /// Calls of which some usage still has no price: their cost is a lower bound.
  public var partialCalls: Int64
  /// Calls that no dialect understood, and whose cost is not known.
  public var unmeteredCalls: Int64
  /// Tool calls that replies asked the client for; in a summary by tool, those of that tool.
  public var toolCalls: Int64
  /// Calls that ended in `client_error`, `upstream_error` or `timeout`.
  public var errors: Int64

  /// A row of nothing.
  public init(key: [String?]) {
    self.key = key
    calls = 0
    usage = Usage()
    costPicodollars = 0
    adjustedPicodollars = 0
    reportedPicodollars = 0
    reportedBookPicodollars = 0
    substitutedPicodollars = 0
    costBySource = [:]
    subscriptionPicodollars = 0
    unpricedCalls = 0
    partialCalls = 0
    unmeteredCalls = 0
    toolCalls = 0
    errors = 0
  }
}

extension Outcome {
  /// Whether a summary counts the call among its errors.
  var isError: Bool {
    switch self {
    case .clientError, .upstreamError, .timeout: true
    case .ok, .denied, .aborted: false
    }
  }
}
