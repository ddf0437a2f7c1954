import ArgumentParser
import NIOPosix
import Observability

/// `tollgate report`.
struct ReportCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "report",
    abstract: "Report tokens, tools and cost by agent, workflow, model, provider, tool or day.",
    discussion: """
      Asks the running proxy, or reads its data directory where none runs. Below the table it says what share of the cost
      has no workflow, is estimated, has no price or was under a subscription.

        tollgate report
        tollgate report --by workflow,day --since 7d --tz Europe/Berlin
        tollgate report --by model --from 2026-11-01 --to 2026-12-01 --format csv > november.csv
        tollgate report --by tool --data ./tollgate-data --format json
      """)

  @Option(
    help: ArgumentHelp(
      "Any of agent, workflow, model, provider, tool, day (default: agent,workflow,model).", valueName: "list"),
    transform: usage(ReportDimension.list))
  var by: [ReportDimension] = [.agent, .workflow, .model]

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

  func validate() throws {
    do throws(MalformedText) {
      _ = try period
    } catch {
      throw ValidationError(error.message)
    }
  }

  func run() async throws {
    let source = ReportSource(control: control, dataDirectory: data, group: MultiThreadedEventLoopGroup.singleton)
    StandardStream.output.write(try await source.report(by: by, period: period).text(format))
  }

  private var period: ReportPeriod {
    get throws(MalformedText) {
      try ReportPeriod(since: since, from: from, to: to, timeZone: tz, now: WallClock.now())
    }
  }
}
