/// One thing that is wrong with the configuration: where it stands, what it is and what to do.
struct ConfigurationProblem: Sendable, Equatable, CustomStringConvertible {
  /// Line and column in the file, from 1; nil for what no single place in it says.
  struct Location: Sendable, Equatable {
    var line: Int
    var column: Int
  }

  /// The file's name, or the command-line option.
  var origin: String
  var location: Location?
  /// The key, as in `limits.body`; empty for the file as a whole.
  var path: String
  var message: String

  var description: String {
    let place = location.map { "\(origin):\($0.line):\($0.column)" } ?? origin
    return path.isEmpty ? "\(place): \(message)" : "\(place): \(path): \(message)"
  }
}

/// A configuration that cannot be used, with everything that is wrong with it, one line each.
struct ConfigurationError: Error, Equatable, CustomStringConvertible {
  var problems: [ConfigurationProblem]

  var description: String { problems.map(\.description).joined(separator: "\n") }
}
