import Metering
import Observability

/// What a provider says beside what Tollgate recorded, by UTC day, model and project.
struct Reconciliation: Equatable {
  /// One line of the comparison.
  struct Row: Equatable {
    var day: Int64
    /// By the price book's name where it knows the model; nil: of no particular one.
    var model: String?
    var project: String?
    /// What the provider bills, where that is no model.
    var item: String?
    var theirs = Theirs()
    var ours: ReportRow?
    /// Why the two likely differ; empty where they agree.
    var reasons: [String] = []

    /// Theirs less ours.
    var gapPicodollars: Int128? {
      theirs.costPicodollars.map { $0 - (ours?.costPicodollars ?? 0) }
    }
  }

  /// The provider's side of a line.
  struct Theirs: Equatable {
    var lines = 0
    var costPicodollars: Int128?
    var tokens: Int64?
    var requests: Int64?

    mutating func add(_ line: ProviderExport.Line) {
      lines += 1
      if let cost = line.costPicodollars { costPicodollars = (costPicodollars ?? 0) + cost }
      if let count = line.tokens { tokens = Self.sum(tokens, count) }
      if let count = line.requests { requests = Self.sum(requests, count) }
    }

    private static func sum(_ lhs: Int64?, _ rhs: Int64) -> Int64 {
      let (sum, overflow) = (lhs ?? 0).addingReportingOverflow(rhs)
      return overflow ? .max : sum
    }
  }

  var rows: [Row]
  var hasCosts: Bool
  var hasTokens: Bool
  var notes: [String]

  private struct Key: Hashable {
    var day: Int64
    var model: String?
    var project: String?
    var item: String?
  }

  /// - Parameters:
  ///   - export: what the provider says.
  ///   - ours: rows of one provider by day, model and, where asked for, project.
  ///   - days: the UTC days to compare.
  ///   - modelID: the name that the price book has for a model on a day; nil where it knows none.
  init(
    _ export: ProviderExport, ours: [OurRow], days: Range<Int64>, modelID: (_ model: String, _ day: Int64) -> String?
  ) {
    hasCosts = export.hasCosts
    hasTokens = export.hasTokens
    notes = export.notes
    let theirs = export.lines.filter { days.contains($0.day) }
    let outside = export.lines.count - theirs.count
    if outside > 0 { notes.append("\(outside) lines of the export are outside the time, and were left out") }
    let byModel = theirs.contains { $0.model != nil || $0.item != nil }
    let byProject = Self.canCompareProjects(theirs, ours, &notes)
    if !byModel { notes.append("the export does not tell models apart: group it by line_item, description or model") }
    var table: [Key: Row] = [:]
    func row(_ day: Int64, _ model: String?, _ project: String?, _ item: String?) -> Key {
      let name = byModel ? model.map { modelID($0, day) ?? $0 } : nil
      let key = Key(day: day, model: name, project: byProject ? project : nil, item: item)
      if table[key] == nil { table[key] = Row(day: day, model: name, project: key.project, item: item) }
      return key
    }
    for line in theirs { table[row(line.day, line.model, line.project, line.item)]?.theirs.add(line) }
    for own in ours where days.contains(own.day) {
      let key = row(own.day, own.model, own.project, nil)
      var sum = table[key]?.ours ?? ReportRow(key: [])
      sum.add(own.row)
      table[key]?.ours = sum
    }
    rows = table.values.sorted(by: Self.isBefore).map { row in
      var row = row
      row.reasons = GapReasons(row, isCovered: export.days.contains(row.day), hasCosts: export.hasCosts).texts
      return row
    }
    noteUncovered(export.days, days)
    let items = rows.count { $0.item != nil }
    if items > 0 { notes.append("\(items) lines are billed for something else than a model, and stand as (item)") }
  }

  /// Tollgate's side: a day, a model and a project with their sums.
  struct OurRow: Equatable {
    var day: Int64
    var model: String?
    var project: String?
    var row: ReportRow
  }

  /// Projects are compared where both sides name the same ones; Anthropic's replies name the organisation at times.
  private static func canCompareProjects(
    _ theirs: [ProviderExport.Line], _ ours: [OurRow], _ notes: inout [String]
  ) -> Bool {
    let named = Set(theirs.compactMap(\.project))
    guard !named.isEmpty else { return false }
    let own = Set(ours.compactMap(\.project))
    guard !own.isEmpty, named.isDisjoint(with: own) else { return true }
    notes.append(
      "no project of the export (\(named.sorted().prefix(3).joined(separator: ", "))) is one that replies named "
        + "(\(own.sorted().prefix(3).joined(separator: ", "))): compared without projects")
    return false
  }

  private mutating func noteUncovered(_ covered: Set<Int64>, _ days: Range<Int64>) {
    let missing = days.filter { !covered.contains($0) }
    guard !missing.isEmpty else { return }
    let names = missing.prefix(5).map(DayText.text).joined(separator: ", ")
    let more = missing.count > 5 ? " and \(missing.count - 5) more" : ""
    notes.append("the export says nothing of \(names)\(more)")
  }

  private static func isBefore(_ lhs: Row, _ rhs: Row) -> Bool {
    if lhs.day != rhs.day { return lhs.day < rhs.day }
    let left = [lhs.item ?? "", lhs.model ?? "", lhs.project ?? ""]
    return left.lexicographicallyPrecedes([rhs.item ?? "", rhs.model ?? "", rhs.project ?? ""])
  }

  /// The sums of both sides.
  var total: Row {
    var total = Row(day: 0)
    var ours = ReportRow(key: [])
    for row in rows {
      if let cost = row.theirs.costPicodollars {
        total.theirs.costPicodollars = (total.theirs.costPicodollars ?? 0) + cost
      }
      if let tokens = row.theirs.tokens {
        let (sum, overflow) = (total.theirs.tokens ?? 0).addingReportingOverflow(tokens)
        total.theirs.tokens = overflow ? .max : sum
      }
      if let own = row.ours { ours.add(own) }
    }
    total.ours = ours
    return total
  }
}

/// A day as ISO 8601 writes it.
enum DayText {
  static func text(_ day: Int64) -> String { String(UTCDay.start(of: day).rfc3339.prefix(10)) }
}
