import ArgumentParser

/// `tollgate env`: prints what a client must set.
struct EnvCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "env",
    abstract: "Print the environment variables that point an agent at Tollgate.",
    discussion: """
      Names go into the path of the base URL, so that nothing else about the agent changes.

        eval "$(tollgate env --workflow nightly)"
        eval "$(tollgate env --workflow nightly --agent researcher --run 42)"
        tollgate env --shell fish --client claude-code | source
        tollgate env --shell powershell | Out-String | Invoke-Expression
      """)

  @Option(help: "The workflow that the agent works for.", transform: usage(CallerName.validated))
  var workflow: String?

  @Option(help: "The agent's name.", transform: usage(CallerName.validated))
  var agent: String?

  @Option(name: .customLong("run"), help: "The run that the calls belong to.", transform: usage(CallerName.validated))
  var runID: String?

  @Option(
    help: ArgumentHelp("Where the proxy listens (default: 127.0.0.1:4100).", valueName: "addr"),
    transform: usage(ListenAddress.init(parsing:)))
  var listen = ListenSection().dataPlane

  @Option(help: "The shell that takes the lines over.")
  var shell = Shell.sh

  @Option(help: "The client to set up.")
  var client = AgentEnvironment.Client.all

  func run() {
    let environment = AgentEnvironment(
      proxy: listen, agent: agent, workflow: workflow, run: runID, client: client)
    StandardStream.output.write(environment.lines(for: shell).map { $0 + "\n" }.joined())
  }
}
