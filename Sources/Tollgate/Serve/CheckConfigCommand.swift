import ArgumentParser

/// `tollgate check-config`: says what is wrong with a configuration, or what is in force.
struct CheckConfigCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check-config",
    abstract: "Check a configuration and print what is in force, defaults included.",
    discussion: """
      What is printed is itself a configuration. Exits with 78 where the configuration is wrong, after one line for each
      problem, with file, line and column.

        tollgate check-config --config tollgate.yaml
        tollgate check-config > tollgate.yaml
      """)

  @OptionGroup var options: ConfigurationOptions

  func run() throws {
    StandardStream.output.write(try options.load().canonicalText)
  }
}
