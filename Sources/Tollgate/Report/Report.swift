import Metering

/// A report: rows grouped as asked, their total, and what a reader must know to judge them.
struct Report: Sendable, Equatable {
  var by: [ReportDimension]
  var period: ReportPeriod
  /// The dearest first; by time where grouped by day.
  var rows: [ReportRow]
  /// Of all calls of the period, each once. Not the sum of ``rows`` where they are by tool, since a call can have several.
  var total: ReportRow
  /// The part of the total whose workflow nobody named.
  var withoutWorkflow: ReportRow
  /// Models of which the price book knows nothing.
  var unpriced: [UnpricedModel]
  /// Calls that a dead process left in flight, which have no row until the proxy starts again.
  var unsettledCalls = 0

  /// A model without price, and how many calls it got.
  struct UnpricedModel: Sendable, Equatable {
    var provider: String?
    var model: String?
    var calls: Int64
  }

  /// The workflow of calls that name none.
  static let unnamedWorkflow = "default"

  /// Asks for everything that a report needs.
  ///
  /// - Parameter summary: sums by some dimensions, for a part of the period in which one offset from UTC holds.
  static func gather(
    by: [ReportDimension], period: ReportPeriod, summary: ReportSource.Summary
  ) async throws -> Report {
    func rows(_ dimensions: [ReportDimension]) async throws -> [ReportRow] {
      try await gatherRows(by: dimensions, period: period, summary: summary)
    }

    let byWorkflow = try await rows([.workflow])
    let total = ReportRow.total(byWorkflow)
    let byModel = total.unpricedCalls > 0 ? try await rows([.provider, .model]) : []
    return Report(
      by: by, period: period, rows: sorted(try await rows(by), by: by), total: total,
      withoutWorkflow: ReportRow.total(byWorkflow.filter { $0.key == [unnamedWorkflow] || $0.key == [nil] }),
      unpriced: byModel.filter { $0.unpricedCalls > 0 && $0.key.count == 2 }.map {
        UnpricedModel(provider: $0.key[0], model: $0.key[1], calls: $0.unpricedCalls)
      }.sorted { $0.calls > $1.calls })
  }

  /// The rows by some dimensions, over all of the period.
  static func gatherRows(
    by dimensions: [ReportDimension], period: ReportPeriod, summary: ReportSource.Summary
  ) async throws -> [ReportRow] {
    // Only days depend on the offset.
    let whole = ReportPeriod.Segment(
      from: period.from, to: period.to, utcOffsetSeconds: period.timeZone.utcOffsetSeconds(at: period.from))
    var rows: [ReportRow] = []
    for segment in dimensions.contains(.day) ? period.segments : [whole] {
      rows += try await summary(dimensions, segment)
    }
    return ReportRow.merged(rows)
  }

  private static func sorted(_ rows: [ReportRow], by: [ReportDimension]) -> [ReportRow] {
    let day = by.firstIndex(of: .day)
    return rows.sorted { lhs, rhs in
      if let day, lhs.key.indices.contains(day), rhs.key.indices.contains(day), lhs.key[day] != rhs.key[day] {
        return (lhs.key[day] ?? "") < (rhs.key[day] ?? "")
      }
      if lhs.costPicodollars != rhs.costPicodollars { return lhs.costPicodollars > rhs.costPicodollars }
      if lhs.calls != rhs.calls { return lhs.calls > rhs.calls }
      return lhs.key.map { $0 ?? "" }.lexicographicallyPrecedes(rhs.key.map { $0 ?? "" })
    }
  }
}
