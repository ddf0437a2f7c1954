import ArgumentParser
import Metering
import Observability

/// `tollgate check-config`: says what is wrong with a configuration, or what is in force.
struct CheckConfigCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check-config",
    abstract: "Check a configuration and print what is in force, defaults included.",
    discussion: """
      What is printed is itself a configuration. Exits with 78 where the configuration is wrong, after one line for each
      problem, with file, line and column. What is allowed and probably not meant is said on standard error: a hard budget with
      room for fewer than ten calls, and one that callers escape by another name.

        tollgate check-config --config tollgate.yaml
        tollgate check-config > tollgate.yaml
      """)

  @OptionGroup var options: ConfigurationOptions

  func run() throws {
    let configuration = try options.load()
    StandardStream.output.write(configuration.canonicalText)
    for problem in configuration.traces.environmentProblems {
      StandardStream.error.write("tollgate: warning: \(problem)\n")
    }
    guard !configuration.budgets.definitions.isEmpty else { return }
    let book = try PriceBook.load(directory: configuration.priceBook)
    for text in BudgetWarnings(configuration, book: book, at: WallClock.now()).texts {
      StandardStream.error.write("tollgate: warning: \(text)\n")
    }
  }
}
