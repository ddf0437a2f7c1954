import ArgumentParser
import NIOPosix
import Observability

/// `tollgate report`.
struct ReportCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "report",
    abstract: "Report tokens, tools and cost by agent, workflow, model, provider, tool, day, key, team and more.",
    discussion: """
      Asks the running proxy, or reads its data directory where none runs. Below the table it says what share of the cost
      has no workflow, is estimated, was reported by providers or booked afterwards, has no price or was under a subscription.
      By key, team, project and tool it reads the rows, which are kept for 90 days; else it reads totals of 25 months.

      --format focus writes the columns of FOCUS 1.2 (FinOps Open Cost and Usage Specification) as CSV, a line for each day,
      provider, model, agent, workflow and kind of billing, and with --by project for each project too.

        tollgate report
        tollgate report --by workflow,day --since 7d --tz Europe/Berlin
        tollgate report --by model --from 2026-11-01 --to 2026-12-01 --format csv > november.csv
        tollgate report --by tool --data ./tollgate-data --format json
        tollgate report --from 2026-11-01 --to 2026-12-01 --format focus > focus.csv
        tollgate report --reliability

      --reliability tells of each workflow's runs instead, of the last 7 days unless asked otherwise, beside the time as long
      before: the share that ended well, what a run cost (nearest rank), how often tools failed, and what went wrong most.
      """)

  @Option(
    help: ArgumentHelp(
      "Any of agent, workflow, model, provider, tool, day, billing, key, team, project (default: agent,workflow,model).",
      valueName: "list"),
    transform: usage(ReportDimension.list))
  var by: [ReportDimension]?

  @Flag(help: "Report how reliable the runs of each workflow were, rather than their cost.")
  var reliability = false

  @Option(
    help: ArgumentHelp("How far back: 24h, 7d (default: 24h).", valueName: "span"),
    transform: usage(TimeSpan.init(parsing:)))
  var since: TimeSpan?

  @Option(help: ArgumentHelp("The beginning: 2026-11-01, 2026-11-01T14:30 or 2026-11-01T14:30:00Z.", valueName: "time"))
  var from: String?

  @Option(help: ArgumentHelp("The end, not included (default: now).", valueName: "time"))
  var to: String?

  @Option(
    help: ArgumentHelp("The time zone of days and times: Europe/Berlin, local (default: UTC).", valueName: "zone"),
    transform: usage(ReportTimeZone.init(parsing:)))
  var tz: ReportTimeZone = .utc

  @Option(help: "How it is printed.")
  var format = ReportFormat.table

  @Option(
    help: ArgumentHelp("The running proxy's control plane (default: http://127.0.0.1:4101).", valueName: "url"),
    transform: usage(ControlPlaneURL.init(parsing:)))
  var control: ControlPlaneURL?

  @Option(
    help: ArgumentHelp("Read this data directory (default: ./tollgate-data where no proxy runs).", valueName: "dir"))
  var data: String?

  /// How far back `--reliability` looks.
  private static let reliabilitySince = TimeSpan.seconds(7 * 86_400)

  func validate() throws {
    do throws(MalformedText) {
      _ = try period
    } catch {
      throw ValidationError(error.message)
    }
    guard !reliability || (by == nil && format != .focus) else {
      throw ValidationError("--reliability is by workflow; it takes no --by, and no --format focus")
    }
    guard format != .focus || by == nil || by == [.project] else {
      throw ValidationError("--format focus has its own lines; it takes --by project, or no --by")
    }
  }

  func run() async throws {
    let source = ReportSource(control: control, dataDirectory: data, group: MultiThreadedEventLoopGroup.singleton)
    let period = try period
    guard !reliability else {
      let report = try await source.reliability(in: period)
      let table = ReliabilityTable(report: report, period: period)
      switch format {
      case .json: StandardStream.output.write(report.text + "\n")
      case .csv: StandardStream.output.write(table.csvText)
      case .table, .focus: StandardStream.output.write(table.text)
      }
      return
    }
    guard format != .focus else {
      let dimensions = FocusExport.dimensions + (by ?? [])
      let (rows, _) = try await source.read { summary in
        try await Report.gatherRows(by: dimensions, period: period, summary: summary)
      }
      let export = FocusExport(dimensions: dimensions, period: period, rows: rows)
      StandardStream.output.write(export.csvText)
      StandardStream.error.write(export.notes)
      return
    }
    let report = try await source.report(by: by ?? [.agent, .workflow, .model], period: period)
    switch format {
    case .table: StandardStream.output.write(report.tableText)
    case .json: StandardStream.output.write(report.jsonText)
    case .csv, .focus: StandardStream.output.write(report.csvText)
    }
  }

  private var period: ReportPeriod {
    get throws(MalformedText) {
      let since = reliability && since == nil && from == nil ? Self.reliabilitySince : since
      return try ReportPeriod(since: since, from: from, to: to, timeZone: tz, now: WallClock.now())
    }
  }
}
