import ArgumentParser
import Metering
import NIOPosix
import Observability

/// `tollgate reconcile`: the provider's bill beside the ledger.
struct ReconcileCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "reconcile",
    abstract: "Compare a provider's cost or usage export with the ledger, by UTC day, model and project.",
    discussion: """
      Prints what they say, what Tollgate recorded, the gap and its likely reason: estimated, unpriced, partly priced, not
      through Tollgate, a different price, adjusted. FILE is what these endpoints answered, with every page, or CSV:

        OpenAI     /v1/organization/costs?bucket_width=1d&group_by=project_id&group_by=line_item
                   /v1/organization/usage/completions?bucket_width=1d&group_by=project_id&group_by=model (and the other kinds)
        Anthropic  /v1/organizations/cost_report?group_by[]=workspace_id&group_by[]=description
                   /v1/organizations/usage_report/messages?bucket_width=1d&group_by[]=workspace_id&group_by[]=model
        CSV        day,model,project,amount_usd,input_tokens,output_tokens,requests; or an export of the provider's console

      A costs export and a usage export together tell a different price from calls that went another way. Where the export names
      projects, rows of calls are read, which are kept for 90 days; else totals, which are kept for 25 months. Subscriptions are
      left out: no provider bills them by the call.

        tollgate reconcile --provider openai --from 2026-11-01 --to 2026-12-01 costs-1.json costs-2.json
        tollgate reconcile --provider anthropic cost_report.json usage.json --format csv > gaps.csv
      """)

  @Option(help: "The provider, by the name of its route.")
  var provider: String

  @Option(help: ArgumentHelp("The first day (default: the export's first).", valueName: "date"), transform: usage(day))
  var from: Int64?

  @Option(
    help: ArgumentHelp("The day after the last (default: the one after the export's last).", valueName: "date"),
    transform: usage(day))
  var to: Int64?

  @Argument(help: ArgumentHelp("The export's files.", valueName: "file"))
  var files: [String]

  @Option(help: "table, csv or json.")
  var format = ReconcileFormat.table

  @Option(
    help: ArgumentHelp("A directory of price files over the built-in ones, for names of models.", valueName: "dir"))
  var priceBook: String?

  @Option(
    help: ArgumentHelp("The running proxy's control plane (default: http://127.0.0.1:4101).", valueName: "url"),
    transform: usage(ControlPlaneURL.init(parsing:)))
  var control: ControlPlaneURL?

  @Option(
    help: ArgumentHelp("Read this data directory (default: ./tollgate-data where no proxy runs).", valueName: "dir"))
  var data: String?

  func validate() throws {
    if let from, let to, from >= to { throw ValidationError("--to stands before --from; exchange them") }
  }

  func run() async throws {
    let export: ProviderExport
    do throws(ExportError) {
      export = try ExportFile.read(paths: files)
    } catch {
      throw CommandFailure(error.message)
    }
    let book = try PriceBook.load(directory: priceBook.map { PriceBookDirectory(path: $0) })
    let days = try days(of: export)
    let ours = try await ours(in: days, byProject: export.lines.contains { $0.project != nil })
    let reconciliation = Reconciliation(export, ours: ours, days: days) { model, day in
      book.modelID(PriceTerms(provider: provider), model: model, at: UTCDay.start(of: day))
    }
    switch format {
    case .table: StandardStream.output.write(reconciliation.tableText)
    case .json: StandardStream.output.write(reconciliation.jsonText)
    case .csv:
      StandardStream.output.write(reconciliation.csvText)
      StandardStream.error.write(reconciliation.notes.map { "tollgate: \($0)\n" }.joined())
    }
  }

  private func days(of export: ProviderExport) throws(CommandFailure) -> Range<Int64> {
    guard let first = from ?? export.days.min(), let end = to ?? export.days.max().map({ $0 + 1 }) else {
      throw CommandFailure("the export has no days; name them with --from and --to")
    }
    guard first < end, end - first <= Self.daysMax else {
      throw CommandFailure("the time must be 1 to \(Self.daysMax) days; name it with --from and --to")
    }
    return first..<end
  }

  /// More than the totals are kept for.
  private static let daysMax: Int64 = 800

  private func ours(in days: Range<Int64>, byProject: Bool) async throws -> [Reconciliation.OurRow] {
    let period = ReportPeriod(
      from: UTCDay.start(of: days.lowerBound), to: UTCDay.start(of: days.upperBound), timeZone: .utc)
    let dimensions: [ReportDimension] = [.day, .provider, .model, .billing] + (byProject ? [.project] : [])
    let source = ReportSource(control: control, dataDirectory: data, group: MultiThreadedEventLoopGroup.singleton)
    let (rows, unsettled) = try await source.read { summary in
      try await Report.gatherRows(by: dimensions, period: period, summary: summary)
    }
    if unsettled > 0 {
      StandardStream.error.write(
        "tollgate: \(unsettled) calls were under way when a process died, and have no row until the proxy starts again\n"
      )
    }
    return rows.compactMap { row in
      guard row.key.count == dimensions.count, row.key[1] == provider,
        row.key[3] != Billing.subscription.rawValue, let text = row.key[0],
        let midnight = Timestamp(date: text, utcOffsetSeconds: 0)
      else { return nil }
      return Reconciliation.OurRow(
        day: UTCDay.of(midnight), model: row.key[2], project: byProject ? row.key[4] : nil, row: row)
    }
  }

  private static let day: @Sendable (String) throws(MalformedText) -> Int64 = { text throws(MalformedText) in
    guard let midnight = Timestamp(date: text, utcOffsetSeconds: 0) else {
      throw MalformedText("\"\(text)\" is no day; write 2026-11-22")
    }
    return UTCDay.of(midnight)
  }
}

/// How a comparison is printed.
enum ReconcileFormat: String, CaseIterable, ExpressibleByArgument {
  case table, csv, json
}
