import ArgumentParser

/// `tollgate run release`.
struct RunReleaseCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "release",
    abstract: "Let a run go on that a guardrail has stopped.",
    discussion: """
      Takes the data directory's token, or one of the role approver in TOLLGATE_CONTROL_TOKEN.

        tollgate run release 06DSJ8CC0000G --guardrail loops
        tollgate run release 06DSJ8CC0000G --guardrail loops --for 4h
        tollgate run release 06DSJ8CC0000G --guardrail spend --limit max_cost --amount "5 USD"
      """)

  @Argument(help: "The run's id: what its caller named it, or what tollgate runs lists.")
  var id: String

  @Option(help: "The guardrail that stopped it.")
  var guardrail: String

  @Option(
    help: ArgumentHelp("Which of its limits, by its name in the configuration (default: all).", valueName: "name"))
  var limit: String?

  @Option(help: "How much more the run may have, as the limit is written: 50, \"5 USD\", 30m.")
  var amount: String?

  @Option(
    name: .customLong("for"),
    help: ArgumentHelp(
      "For how long the limit does not hold, 7d at most (default: 1h, where no amount is given).", valueName: "time"))
  var span: String?

  @OptionGroup var proxy: RunningProxyOptions

  func run() async throws {
    var body: [(name: String, value: JSONValue)] = [("guardrail", .string(guardrail))]
    for (name, value) in [("limit", limit), ("amount", amount), ("for", span)] {
      if let value { body.append((name, .string(value))) }
    }
    let answer = try await proxy.post("/api/v1/runs/\(QueryText.encoded(id))/release", .object(body))
    let until = answer["until"].stringValue.map { " until \($0)" } ?? ""
    StandardStream.output.write("run \(id) is released from guardrail \(guardrail)\(until)\n")
  }
}
