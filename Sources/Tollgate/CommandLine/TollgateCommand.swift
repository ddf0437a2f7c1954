import ArgumentParser

/// The program `tollgate`.
@main
struct TollgateCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "tollgate",
    abstract: "A reverse proxy between AI agents and LLM endpoints that meters tokens, cost and tools.",
    discussion: """
      An agent sets its base URL, nothing else:

        tollgate serve
        eval "$(tollgate env --workflow nightly)"
        tollgate report --by agent,workflow

      No key, no configuration file and no server is needed. To see it at work without a key: tollgate demo
      """,
    version: Version.current,
    subcommands: [
      ServeCommand.self, DemoCommand.self, EnvCommand.self, ReportCommand.self, RunsCommand.self, RunCommand.self,
      ReconcileCommand.self,
      RepriceCommand.self, AdjustCommand.self, BudgetCommand.self, KeyCommand.self, TokenCommand.self, HoldCommand.self,
      PriceCommand.self, AlertCommand.self,
      CheckConfigCommand.self, VersionCommand.self, SimulateEndpointCommand.self,
    ])

  /// Runs the command that was asked for. Ends with 0 where it did its work, 64 for a wrong command line, 78 for a wrong
  /// configuration and 1 for any other failure.
  static func main() async {
    do {
      var command = try parseAsRoot()
      if var asynchronous = command as? any AsyncParsableCommand {
        try await asynchronous.run()
      } else {
        try command.run()
      }
    } catch let failure as CommandFailure {
      StandardStream.error.write("tollgate: \(failure.message)\n")
      exit(withError: failure.exitCode)
    } catch let error as ConfigurationError {
      StandardStream.error.write(error.problems.map { "tollgate: \($0)\n" }.joined())
      exit(withError: ExitCode.badConfiguration)
    } catch {
      exit(withError: error)
    }
  }
}

/// Why a command could not do its work: what failed, where, and what to do.
struct CommandFailure: Error {
  var message: String
  var exitCode = ExitCode.failure

  init(_ message: String, exitCode: ExitCode = .failure) {
    self.message = message
    self.exitCode = exitCode
  }
}

extension ExitCode {
  /// `EX_CONFIG` of sysexits.
  static let badConfiguration = ExitCode(78)
}
