import ArgumentParser

/// `tollgate run`.
struct RunCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run", abstract: "Show one run as a tree of its calls, tools and sub-agents, or end it.",
    subcommands: [RunShowCommand.self, RunEndCommand.self, RunReleaseCommand.self],
    defaultSubcommand: RunShowCommand.self)
}

/// `tollgate run show`, which is the default.
struct RunShowCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "show",
    abstract:
      "Show one run: a time bar a call, its tools below it, sub-agents as branches, cost and tokens at each level.",
    discussion: """
      Asks the running proxy, or reads its data directory where none runs.

        tollgate run show 06DSJ8CC0000G
        tollgate run show 06DSJ8CC0000G --follow
      """)

  private static let followInterval = Duration.seconds(1)

  @Argument(help: "The run's id: what its caller named it, or what tollgate runs lists.")
  var id: String

  @Flag(help: "Show it again as it goes on, until it has ended.")
  var follow = false

  @Option(help: "table or json.")
  var format = PriceFormat.table

  @OptionGroup var access: LedgerAccessOptions

  func run() async throws {
    let ledger = try access.open()
    defer { ledger.close() }
    var shown: JSONValue?
    while true {
      let run = try await ledger.run(id)
      if run != shown { write(run, again: shown != nil) }
      shown = run
      guard follow, run["ended_at"].isNull else { return }
      try await Task.sleep(for: Self.followInterval)
    }
  }

  private func write(_ run: JSONValue, again: Bool) {
    switch format {
    case .json: StandardStream.output.write(run.text + "\n")
    case .table:
      let separator = again ? "\n" : ""
      StandardStream.output.write(separator + RunTree(run: run).lines.map { $0 + "\n" }.joined())
    }
  }
}
