/// What the reading of one file needs and gathers: every problem is collected, so that one run shows them all.
struct ReadingContext {
  /// The file's name, for messages.
  var origin: String
  var environment: EnvironmentReferences
  private(set) var problems: [ConfigurationProblem] = []

  init(origin: String, environment: EnvironmentReferences) {
    self.origin = origin
    self.environment = environment
  }

  mutating func report(_ message: String, at path: String, location: ConfigurationProblem.Location? = nil) {
    problems.append(ConfigurationProblem(origin: origin, location: location, path: path, message: message))
  }
}
