import ArgumentParser

/// How much of a list is shown.
struct ListOptions: ParsableArguments {
  @Option(help: ArgumentHelp("How many at most (default: 50).", valueName: "count"))
  var limit = 50

  func validate() throws {
    guard (1...1000).contains(limit) else { throw ValidationError("--limit is a whole number from 1 to 1000") }
  }
}
