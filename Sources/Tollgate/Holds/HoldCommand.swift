import ArgumentParser

/// `tollgate hold`: calls that wait for a person.
struct HoldCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "hold",
    abstract: "Show calls that wait for a person, and decide about them.",
    discussion: """
      A budget with `on_exhausted: hold` parks the calls that pass its limit until somebody decides, and so does a guardrail with
      `then: hold`, whose calls are approved without an amount. That is done at a running proxy, with the token in its data directory, or with one of the role approver in TOLLGATE_CONTROL_TOKEN.

        tollgate hold list
        tollgate hold approve 06DSJ8CC0000G
        tollgate hold approve 06DSJ8CC0000G --run --amount "5 USD" --for 2h --reason "month end"
        tollgate hold deny 06DSJ8CC0000G --reason "loops"
      """,
    subcommands: [
      HoldListCommand.self, HoldShowCommand.self, HoldApproveCommand.self, HoldDenyCommand.self,
    ])
}

/// How the answer is written.
struct HoldOutputOptions: ParsableArguments {
  @Option(help: "text or json.")
  var format = CredentialFormat.text

  func write(_ hold: JSONValue) {
    let text = format == .json ? hold.text + "\n" : HoldText.facts(hold)
    StandardStream.output.write(text)
  }
}

/// `tollgate hold list`.
struct HoldListCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(commandName: "list", abstract: "List the calls that wait.")

  @Flag(help: "Those that have ended too.")
  var all = false

  @OptionGroup var proxy: RunningProxyOptions
  @OptionGroup var output: HoldOutputOptions

  func run() async throws {
    var rows: [JSONValue] = []
    let states: [String?] = all ? [nil] : ["pending", "retrying"]
    for state in states {
      let query = "limit=1000" + (state.map { "&state=\($0)" } ?? "")
      rows += try await proxy.get("/api/v1/holds?\(query)")["rows"].arrayValue
    }
    switch output.format {
    case .json: StandardStream.output.write(JSONValue.object([("rows", .array(rows))]).text + "\n")
    case .text: StandardStream.output.write(HoldText.table(rows))
    }
  }
}

/// `tollgate hold show`.
struct HoldShowCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(commandName: "show", abstract: "Show one held call.")

  @Argument(help: "The hold's id.")
  var id: String

  @OptionGroup var proxy: RunningProxyOptions
  @OptionGroup var output: HoldOutputOptions

  func run() async throws { output.write(try await proxy.get("/api/v1/holds/\(QueryText.encoded(id))")) }
}

/// `tollgate hold approve`.
struct HoldApproveCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(commandName: "approve", abstract: "Let a held call pass.")

  @Argument(help: "The hold's id.")
  var id: String

  @Option(
    help: ArgumentHelp("How much above the limit: \"1 USD\" (default: what the call needs).", valueName: "amount"))
  var amount: String?

  @Option(
    name: .customLong("for"),
    help: ArgumentHelp("How long that is in force, 7d at most (default: 1h).", valueName: "time"),
    transform: usage(TimeSpan.init(parsing:)))
  var span: TimeSpan?

  @Flag(help: "For every call of its run, not this one alone.")
  var run = false

  @Option(help: "Why, for the audit log.")
  var reason: String?

  @OptionGroup var proxy: RunningProxyOptions
  @OptionGroup var output: HoldOutputOptions

  func run() async throws {
    var body: [(name: String, value: JSONValue)] = [("extent", .string(run ? "run" : "call"))]
    if let amount { body.append(("amount", .string(amount))) }
    if let span { body.append(("for", .string("\(span.milliseconds / 1000)s"))) }
    if let reason { body.append(("reason", .string(reason))) }
    output.write(try await proxy.post("/api/v1/holds/\(QueryText.encoded(id))/approve", .object(body)))
  }
}

/// `tollgate hold deny`.
struct HoldDenyCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(commandName: "deny", abstract: "Refuse a held call.")

  @Argument(help: "The hold's id.")
  var id: String

  @Option(help: "Why: its client is told.")
  var reason: String?

  @OptionGroup var proxy: RunningProxyOptions
  @OptionGroup var output: HoldOutputOptions

  func run() async throws {
    var body: [(name: String, value: JSONValue)] = []
    if let reason { body.append(("reason", .string(reason))) }
    output.write(try await proxy.post("/api/v1/holds/\(QueryText.encoded(id))/deny", .object(body)))
  }
}
