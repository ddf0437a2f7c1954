import ArgumentParser
import Ledger
import Metering
import Observability

/// `tollgate runs`.
struct RunsCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "runs",
    abstract: "List runs: what each came to, how wide and deep it fanned out, and how it ended.",
    discussion: """
      Asks the running proxy, or reads its data directory where none runs.

        tollgate runs
        tollgate runs --workflow nightly --sort cost --since 7d
        tollgate runs --failed --since 7d
        tollgate runs --sort tool_calls --format csv > runs.csv
        tollgate run show 06DSJ8CC0000G
      """)

  /// Whether a run goes on.
  enum State: String, CaseIterable, ExpressibleByArgument {
    case live, ended
  }

  @Option(help: "Only this agent's: the one that made a run's first call.")
  var agent: String?

  @Option(help: "Only this workflow's.")
  var workflow: String?

  @Option(help: ArgumentHelp("Only those that ended so: ok, error, cut, guardrail and so on.", valueName: "outcome"))
  var outcome: String?

  @Flag(help: "Only those that ended, and not well.")
  var failed = false

  @Option(help: "live or ended (default: both).")
  var state: State?

  @Option(
    help: ArgumentHelp(
      "The greatest first: started, cost, llm_calls, tool_calls, fanout, errors, tool_errors, duration (default: started).",
      valueName: "figure"), transform: usage(order))
  var sort = RunFilter.Order.started

  @Option(
    help: ArgumentHelp("How far back they began: 24h, 7d (default: 24h).", valueName: "span"),
    transform: usage(TimeSpan.init(parsing:)))
  var since: TimeSpan = .seconds(86_400)

  @OptionGroup var list: ListOptions

  @Option(help: "table, json or csv.")
  var format = AdjustmentFormat.table

  @OptionGroup var access: LedgerAccessOptions

  func run() async throws {
    let ledger = try access.open()
    defer { ledger.close() }
    var filter = RunFilter()
    filter.agent = agent
    filter.workflow = workflow
    filter.outcome = outcome
    filter.hasFailed = failed ? true : nil
    filter.isLive = state.map { $0 == .live }
    filter.order = sort
    filter.from = Timestamp(unixMicroseconds: WallClock.now().unixMicroseconds &- since.milliseconds &* 1000)
    filter.limit = list.limit
    let page = try await ledger.runs(filter)
    let table = RunTable(rows: page["rows"].arrayValue)
    switch format {
    case .json: StandardStream.output.write(page.text + "\n")
    case .csv: StandardStream.output.write(table.csvText)
    case .table: StandardStream.output.write(table.rows.isEmpty ? "There was no run.\n" : table.text)
    }
  }

  private static let order: @Sendable (String) throws(MalformedText) -> RunFilter.Order = {
    text throws(MalformedText) in
    guard let order = RunFilter.Order(rawValue: text) else {
      throw MalformedText(unknownChoice(text, among: RunFilter.Order.allCases.map(\.rawValue)))
    }
    return order
  }
}
