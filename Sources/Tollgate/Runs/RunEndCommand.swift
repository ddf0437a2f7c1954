import ArgumentParser

/// `tollgate run end`.
struct RunEndCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "end",
    abstract: "End a run now, rather than when it has been idle for long.",
    discussion: """
      Its figures are final then. A later call of its conversation, or one that names it, begins a run.

        tollgate run end 06DSJ8CC0000G
      """)

  @Argument(help: "The run's id: what its caller named it, or what tollgate runs lists.")
  var id: String

  @OptionGroup var proxy: RunningProxyOptions

  func run() async throws {
    _ = try await proxy.post("/api/v1/runs/\(QueryText.encoded(id))/end", .object([]))
    StandardStream.output.write("run \(id) has ended\n")
  }
}
