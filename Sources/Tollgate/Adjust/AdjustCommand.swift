import ArgumentParser
import Control
import Ledger
import Metering
import NIOPosix
import Observability

/// `tollgate adjust`: corrections of the cost, each with its reason.
struct AdjustCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "adjust",
    abstract: "Book a correction of the cost with its reason, or list what was booked.",
    discussion: """
      A credit, a discount that came later, a charge that Tollgate did not see. Reports add it to the cost of its scope and its
      day (UTC); what was recorded of calls is never changed. A running proxy books it, which takes the token in its data
      directory; where none runs, the data directory is opened.

        tollgate adjust --provider openai --day 2026-11-22 --amount "-12.50 USD" --reason "credit note 4711"
        tollgate adjust --provider openai --day 2026-11-22 --amount 3USD --workflow nightly --reason "fine-tuning job"
        tollgate adjust --call 06b3k9z1x2y3z --amount -0.02USD --reason "refunded"
        tollgate adjust list --provider openai --from 2026-11-01
      """,
    subcommands: [AdjustBookCommand.self, AdjustListCommand.self], defaultSubcommand: AdjustBookCommand.self)
}

/// Where the ledger is, for commands that book.
struct LedgerAccessOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "The control plane of the proxy that uses the data directory (default: http://127.0.0.1:4101).", valueName: "url"),
    transform: usage(ControlPlaneURL.init(parsing:)))
  var control: ControlPlaneURL?

  @Option(help: ArgumentHelp("The data directory (default: ./tollgate-data).", valueName: "dir"))
  var data: String?

  func open() throws -> LedgerAccess {
    try LedgerAccess.open(control: control, dataDirectory: data, group: MultiThreadedEventLoopGroup.singleton)
  }
}

/// `tollgate adjust book`, which is the default.
struct AdjustBookCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(commandName: "book", abstract: "Book a correction.")

  @Option(help: "The provider whose cost is corrected.")
  var provider: String?

  @Option(
    help: ArgumentHelp("The day (UTC) that it counts in: 2026-11-22.", valueName: "date"), transform: usage(day))
  var day: Int64?

  @Option(help: ArgumentHelp("A call, instead of provider and day.", valueName: "id"), transform: usage(callID))
  var call: CallID?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("How much: 3USD, \"-1.23 USD\"; negative takes away.", valueName: "amount"),
    transform: usage(amount))
  var amount: Int128

  @Option(help: ArgumentHelp("Why; at most 1,000 bytes.", valueName: "text"))
  var reason: String

  @Option(help: "Only this model's cost.")
  var model: String?

  @Option(help: "Only this project's, organisation's or workspace's, as the provider names it.")
  var project: String?

  @Option(help: "Only this agent's.")
  var agent: String?

  @Option(help: "Only this workflow's.")
  var workflow: String?

  @Option(help: "Only this run's.")
  var run: String?

  @Option(help: ArgumentHelp("Who books it (default: you).", valueName: "name"))
  var who: String?

  @Option(help: ArgumentHelp("Books once under this key, however often it is asked.", valueName: "text"))
  var key: String?

  @Option(help: "table or json.")
  var format = PriceFormat.table

  @OptionGroup var access: LedgerAccessOptions

  func validate() throws {
    let hasScope = [provider, model, project, agent, workflow, run].contains { $0 != nil } || day != nil
    guard call == nil || !hasScope else {
      throw ValidationError("--call stands alone: the call's row says provider, day and names")
    }
    guard call != nil || (provider != nil && day != nil) else {
      throw ValidationError("name what it is for: --provider and --day, or --call")
    }
  }

  func run() async throws {
    let ledger = try access.open()
    defer { ledger.close() }
    let entry = try await ledger.book(
      Correction(
        target: target, deltaPicodollars: amount, reason: reason, who: Bookkeeper.name(who), requestKey: key))
    switch format {
    case .json: StandardStream.output.write(entry.text + "\n")
    case .table: StandardStream.output.write(AdjustmentTable(rows: [entry]).text)
    }
  }

  private var target: Correction.Target {
    if let call { return .call(call) }
    return .day(
      day ?? 0,
      AdjustmentScope(
        provider: provider ?? "", model: model, project: project, agent: agent, workflow: workflow, run: run))
  }

  private static let day: @Sendable (String) throws(MalformedText) -> Int64 = { text throws(MalformedText) in
    guard let midnight = Timestamp(date: text, utcOffsetSeconds: 0) else {
      throw MalformedText("\"\(text)\" is no day; write 2026-11-22")
    }
    return midnight.unixMicroseconds / 86_400_000_000
  }

  static let callID: @Sendable (String) throws(MalformedText) -> CallID = { text throws(MalformedText) in
    guard let id = CallID(text) else {
      throw MalformedText("\"\(text)\" is no call; write the header x-tollgate-call of its reply")
    }
    return id
  }

  private static let amount: @Sendable (String) throws(MalformedText) -> Int128 = { text throws(MalformedText) in
    let compact = text.filter { $0 != " " }
    guard compact.hasSuffix("USD"), let amount = MoneyText.picodollars(compact.dropLast(3)) else {
      throw MalformedText(
        "\"\(text)\" is not an amount; write it with its currency and at most 12 digits after the point: -1.23USD")
    }
    return amount
  }
}

/// `tollgate adjust list`.
struct AdjustListCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "List what was booked: corrections, and prices that became known.")

  @Option(help: "Only this provider's.")
  var provider: String?

  @Option(help: "reprice or correction (default: both).", transform: usage(kind))
  var kind: AdjustmentKind?

  @Option(help: ArgumentHelp("Only this call's.", valueName: "id"), transform: usage(AdjustBookCommand.callID))
  var call: CallID?

  @Option(
    help: ArgumentHelp("Only what counts at this time (UTC) or later.", valueName: "time"), transform: usage(time))
  var from: Timestamp?

  @Option(help: ArgumentHelp("Only what counts before this time (UTC).", valueName: "time"), transform: usage(time))
  var to: Timestamp?

  @Option(help: ArgumentHelp("How many at most, the newest first (default: 100).", valueName: "count"))
  var limit = 100

  @Option(help: "table, json or csv.")
  var format = AdjustmentFormat.table

  @OptionGroup var access: LedgerAccessOptions

  func validate() throws {
    guard limit > 0 else { throw ValidationError("--limit is a whole number, 1 or more") }
  }

  func run() async throws {
    let ledger = try access.open()
    defer { ledger.close() }
    var filter = AdjustmentFilter()
    filter.provider = provider
    filter.kind = kind
    filter.call = call
    filter.from = from
    filter.to = to
    var rows: [JSONValue] = []
    while rows.count < limit {
      filter.limit = min(limit - rows.count, 1000)
      let page = try await ledger.adjustments(filter)
      rows += page["rows"].arrayValue
      guard let next = page["next"].stringValue.flatMap({ Int64($0) }) else { break }
      filter.before = next
    }
    let table = AdjustmentTable(rows: rows)
    switch format {
    case .json: StandardStream.output.write(JSONValue.object([("rows", .array(rows))]).text + "\n")
    case .csv: StandardStream.output.write(table.csvText)
    case .table: StandardStream.output.write(rows.isEmpty ? "Nothing was booked.\n" : table.text)
    }
  }

  private static let kind: @Sendable (String) throws(MalformedText) -> AdjustmentKind = { text throws(MalformedText) in
    guard let kind = AdjustmentKind(rawValue: text) else {
      throw MalformedText(unknownChoice(text, among: AdjustmentKind.allCases.map(\.rawValue)))
    }
    return kind
  }

  private static let time: @Sendable (String) throws(MalformedText) -> Timestamp = { text throws(MalformedText) in
    try ReportPeriod.time(text, in: .utc)
  }
}

/// How entries are printed.
enum AdjustmentFormat: String, CaseIterable, ExpressibleByArgument {
  case table, json, csv
}
