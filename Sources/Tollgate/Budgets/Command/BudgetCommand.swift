import ArgumentParser
import Budgets
import Control
import FoundationEssentials
import Metering
import NIOPosix
import Observability

/// `tollgate budget`: limits, while the proxy runs.
struct BudgetCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "budget",
    abstract: "List, make, change, raise, explain and try out budgets.",
    discussion: """
      A running proxy is asked, which takes the token in its data directory for changes; where none runs, the data directory is
      opened. Budgets of the configuration file are changed there; here they can be raised for a time.

        tollgate budget list
        tollgate budget set etl --limit "200 USD" --every day --match "workflow=etl-*" --each workflow
        tollgate budget raise etl --by "50 USD" --for 2h --reason "month end" --scope workflow=etl-a
        tollgate budget explain --model gpt-4.1 --workflow etl-a --input-tokens 20000 --max-tokens 4000
        tollgate budget simulate tollgate.yaml --since 7d
      """,
    subcommands: [
      BudgetListCommand.self, BudgetSetCommand.self, BudgetRaiseCommand.self, BudgetRemoveCommand.self,
      BudgetExplainCommand.self, BudgetSimulateCommand.self,
    ])
}

/// How budgets are printed.
enum BudgetFormat: String, CaseIterable, ExpressibleByArgument {
  case table, json, csv

  /// Prints an answer; a table and CSV have the rows that `table` makes of it.
  func write(_ answer: JSONValue, _ table: (JSONValue) -> BudgetRows) {
    switch self {
    case .json: StandardStream.output.write(answer.text + "\n")
    case .csv: StandardStream.output.write(table(answer).csvText)
    case .table: StandardStream.output.write(table(answer).text)
    }
  }
}

/// `tollgate budget list`.
struct BudgetListCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "List budgets with what is spent and reserved in their windows.")

  @Option(help: "table, json or csv.")
  var format = BudgetFormat.table

  @OptionGroup var access: LedgerAccessOptions

  func run() async throws {
    let access = BudgetAccess(ledger: try access.open())
    defer { access.close() }
    format.write(try await access.list(), BudgetRows.list)
  }
}

/// `tollgate budget set`.
struct BudgetSetCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "set", abstract: "Make a budget, or change what is named of it; what was spent stays.")

  @Argument(help: "Its name.")
  var name: String

  @Option(
    help: ArgumentHelp("How much: \"200 USD\", \"2M tokens\", \"500 calls\", \"200 tool_calls\".", valueName: "amount"))
  var limit: String?

  @Option(help: ArgumentHelp("hour, day, week, month, total or \"rolling 24h\" (default: day).", valueName: "period"))
  var every: String?

  @Option(
    help: ArgumentHelp(
      "Which calls count: workflow=etl-*; repeatable, for agent, workflow, key, team, provider and model.",
      valueName: "dimension=glob"), transform: usage(MatchArgument.init(parsing:)))
  var match: [MatchArgument] = []

  @Option(
    help: ArgumentHelp(
      "What has the limit for itself: agent, workflow, run, ...; none for all.", valueName: "dimension"))
  var each: String?

  @Option(help: ArgumentHelp("Whose hours and days: Europe/Berlin (default: UTC).", valueName: "zone"))
  var timezone: String?

  @Option(help: "enforce or observe (default: enforce).")
  var mode: String?

  @Option(help: "expected or hard (default: expected).")
  var bound: String?

  @Option(help: "on or off (default: off): whether requests get a limit of output.")
  var clamp: String?

  @Option(help: "deny or warn (default: deny).")
  var onExhausted: String?

  @Option(help: "on or off (default: off): whether subscriptions count.")
  var subscriptions: String?

  @Option(
    help: ArgumentHelp(
      "When whom to tell: 80%=pager,slack, refusing=pager or forecast=pager; repeatable.", valueName: "at=receivers"))
  var alert: [String] = []

  @Option(help: "table, json or csv.")
  var format = BudgetFormat.table

  @OptionGroup var access: LedgerAccessOptions

  func run() async throws {
    let access = BudgetAccess(ledger: try access.open())
    defer { access.close() }
    format.write(try await access.set(name, body), BudgetRows.one)
  }

  private var body: JSONValue {
    let texts = [
      ("limit", limit), ("every", every), ("timezone", timezone), ("mode", mode), ("bound", bound), ("clamp", clamp),
      ("on_exhausted", onExhausted), ("subscriptions", subscriptions),
    ]
    var members: [(name: String, value: JSONValue)] = texts.compactMap { name, text in
      text.map { (name: name, value: .string($0)) }
    }
    if let each { members.append(("each", each == "none" ? .null : .string(each))) }
    if !match.isEmpty {
      let lists = Dictionary(grouping: match, by: \.dimension).sorted { $0.key < $1.key }
      members.append(
        ("match", .object(lists.map { (name: $0.key, value: .array($0.value.map { .string($0.pattern) })) })))
    }
    if !alert.isEmpty { members.append(("alerts", .array(alert.map(Self.alert)))) }
    return .object(members)
  }

  private static func alert(_ text: String) -> JSONValue {
    let parts = text.split(separator: "=", maxSplits: 1)
    let receivers = parts.count == 2 ? parts[1].split(separator: ",").map { JSONValue.string(String($0)) } : []
    return .object([("at", .string(String(parts.first ?? ""))), ("to", .array(receivers))])
  }
}

/// A dimension of calls and a name or glob of it: `workflow=etl-*`.
struct MatchArgument: Sendable {
  var dimension: String
  var pattern: String

  /// - Throws: ``MalformedText`` for a text without `=`.
  init(parsing text: String) throws(MalformedText) {
    let parts = text.split(separator: "=", maxSplits: 1)
    guard parts.count == 2 else {
      throw MalformedText("\"\(text)\" is no match; write workflow=nightly or workflow=etl-*")
    }
    dimension = String(parts[0])
    pattern = String(parts[1])
  }
}

/// `tollgate budget raise`.
struct BudgetRaiseCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "raise", abstract: "Raise the limit of a budget for a time, also of one of the configuration.")

  @Argument(help: "Its name.")
  var name: String

  @Option(help: ArgumentHelp("How much: \"50 USD\", \"1M tokens\".", valueName: "amount"))
  var by: String

  @Option(name: .customLong("for"), help: ArgumentHelp("For how long: 30m, 2h, 1d.", valueName: "span"))
  var duration: String?

  @Option(help: ArgumentHelp("Until when: 2026-11-23T18:00:00Z.", valueName: "time"))
  var until: String?

  @Option(help: ArgumentHelp("Why; the audit log keeps it.", valueName: "text"))
  var reason: String

  @Option(help: ArgumentHelp("Only this scope: workflow=etl-a (default: every one).", valueName: "scope"))
  var scope: String?

  @Option(help: "table, json or csv.")
  var format = BudgetFormat.table

  @OptionGroup var access: LedgerAccessOptions

  func validate() throws {
    guard (duration == nil) != (until == nil) else { throw ValidationError("say how long: --for 2h, or --until TIME") }
  }

  func run() async throws {
    let access = BudgetAccess(ledger: try access.open())
    defer { access.close() }
    let texts = [("amount", by), ("for", duration), ("until", until), ("reason", reason), ("scope", scope)]
    let body = JSONValue.object(
      texts.compactMap { name, text in text.map { (name: name, value: JSONValue.string($0)) } })
    format.write(try await access.raise(name, body), BudgetRows.one)
  }
}

/// `tollgate budget remove`.
struct BudgetRemoveCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(commandName: "remove", abstract: "Take a budget out.")

  @Argument(help: "Its name.")
  var name: String

  @OptionGroup var access: LedgerAccessOptions

  func run() async throws {
    let access = BudgetAccess(ledger: try access.open())
    defer { access.close() }
    let removed = try await access.remove(name)
    StandardStream.output.write("The budget \(removed["name"].stringValue ?? name) is removed.\n")
  }
}
