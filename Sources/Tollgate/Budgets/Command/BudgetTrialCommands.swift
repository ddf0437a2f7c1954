import ArgumentParser
import Budgets
import Control
import FoundationEssentials
import Metering
import NIOPosix
import Observability

/// `tollgate budget explain`.
struct BudgetExplainCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "explain",
    abstract: "Say what a call is thought to cost, at most and as expected, and what each budget would decide of it.",
    discussion: """
      Asks the running proxy. `expected` is what such calls cost, or what the given counts do; `hard` is the most that the call
      can cost, by its limit of output or the model's. With `--call` its prompt is that of a call that a hard budget was asked
      about: at most so many tokens by its bytes, and by what the provider reported of the request before it. Nothing is reserved.

        tollgate budget explain --model claude-sonnet-4-5 --workflow nightly --input-tokens 50000
        tollgate budget explain --model claude-sonnet-4-5 --workflow nightly --call 01f3sk6v80001
      """)

  @Option(help: "The model that the call asks for.")
  var model: String

  @Option(help: "The provider (default: the first that has a price for the model).")
  var provider: String?

  @Option(help: "The agent that makes it.")
  var agent: String?

  @Option(help: "Its workflow.")
  var workflow: String?

  @Option(help: "Its run.")
  var run: String?

  @Option(help: "The name of its virtual key.")
  var key: String?

  @Option(help: "Its team.")
  var team: String?

  @Option(help: ArgumentHelp("Tokens of its prompt (default: 1000).", valueName: "count"))
  var inputTokens: Int64?

  @Option(help: ArgumentHelp("A call whose prompt it is, of the last thousand (x-tollgate-call).", valueName: "id"))
  var call: String?

  @Option(help: ArgumentHelp("The limit of output that it names (default: the model's).", valueName: "count"))
  var maxTokens: Int64?

  @Option(help: "table, json or csv.")
  var format = BudgetFormat.table

  @OptionGroup var access: LedgerAccessOptions

  func run() async throws {
    let control = ControlPlane(
      url: access.control ?? ControlPlaneURL(address: ListenSection().control),
      group: MultiThreadedEventLoopGroup.singleton, dataDirectory: access.data ?? Configuration().dataDirectory)
    do {
      let bytes = try await control.get("/api/v1/explain?\(query)")
      format.write(JSONValue.parse(bytes) ?? .null, BudgetRows.explanation)
    } catch let error as HTTPCallError {
      guard error == .notReached else { throw CommandFailure("\(control.url) did not answer in full: \(error)") }
      throw CommandFailure("no proxy answers at \(control.url), and it is the one that knows what calls cost")
    }
  }

  private var query: String {
    let texts: [(String, String?)] = [
      ("model", model), ("provider", provider), ("agent", agent), ("workflow", workflow), ("run", run), ("key", key),
      ("team", team), ("input_tokens", inputTokens.map(String.init)), ("max_tokens", maxTokens.map(String.init)),
      ("call", call),
    ]
    return texts.compactMap { name, text in text.map { "\(name)=\(QueryText.encoded($0))" } }.joined(separator: "&")
  }
}

/// `tollgate budget simulate`.
struct BudgetSimulateCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "simulate",
    abstract: "Replay the ledger against the budgets of a file, and say what they would have refused.",
    discussion: """
      The file is a configuration with budgets. Each is taken as enforced, with nothing spent when the time begins; what is
      refused is missing from every other budget, as it would have been. Nothing is changed.

        tollgate budget simulate tollgate.yaml --since 7d
        tollgate budget simulate draft.yaml --from 2026-11-01 --to 2026-12-01 --format csv
      """)

  @Argument(help: ArgumentHelp("The file.", valueName: "file"))
  var file: String

  @Option(help: ArgumentHelp("How far back: 24h, 7d (default: 7d).", valueName: "span"))
  var since: String?

  @Option(help: ArgumentHelp("The beginning: 2026-11-01 or 2026-11-01T14:30:00Z.", valueName: "time"))
  var from: String?

  @Option(help: ArgumentHelp("The end, not included (default: now).", valueName: "time"))
  var to: String?

  @Option(help: "table, json or csv.")
  var format = BudgetFormat.table

  @OptionGroup var access: LedgerAccessOptions

  func run() async throws {
    let configuration = try ConfigurationFile.load(path: file, environment: ProcessInfo.processInfo.environment)
    guard !configuration.budgets.definitions.isEmpty else {
      throw CommandFailure("\(file) has no budgets; write them under budgets:", exitCode: .badConfiguration)
    }
    let range: TimeRange
    do throws(ParameterError) {
      range = try TimeRange(
        since: since ?? (from == nil ? "7d" : nil), from: from, to: to, tz: nil, now: WallClock.now())
    } catch {
      throw ValidationError("--\(error.parameter): \"\(error.value)\" is not accepted; write \(error.accepted)")
    }
    let access = BudgetAccess(ledger: try access.open())
    defer { access.close() }
    format.write(try await access.simulate(configuration.budgets.definitions, range), BudgetRows.simulation)
  }
}
