import FoundationEssentials
import Yams

/// Reads a configuration from YAML.
enum ConfigurationFile {
  /// A larger file is a mistake.
  private static let bytesMax = 1_048_576

  /// - Parameters:
  ///   - path: the file to read.
  ///   - environment: what `${NAME}` stands for.
  /// - Throws: ``ConfigurationError`` with everything that is wrong with it.
  static func load(path: String, environment: [String: String]) throws(ConfigurationError) -> Configuration {
    guard let data = FileManager.default.contents(atPath: path) else {
      throw problem("the file cannot be read; check that it exists and that you may read it", origin: path)
    }
    guard data.count <= bytesMax else { throw problem("the file is larger than 1 MiB", origin: path) }
    guard let text = String(validating: data, as: UTF8.self) else {
      throw problem("the file is not UTF-8", origin: path)
    }
    return try parse(text, origin: path, environment: environment)
  }

  /// - Parameter origin: how messages name the text.
  static func parse(
    _ yaml: String, origin: String, environment: [String: String]
  ) throws(ConfigurationError) -> Configuration {
    guard let root = try compose(yaml, origin: origin) else { return Configuration() }
    var context = ReadingContext(origin: origin, environment: EnvironmentReferences(variables: environment))
    let configuration = Configuration(ConfigurationValue(node: root, path: ""), &context)
    guard context.problems.isEmpty else {
      throw ConfigurationError(problems: context.problems.sorted(by: standsBefore))
    }
    return configuration
  }

  private static func compose(_ yaml: String, origin: String) throws(ConfigurationError) -> Node? {
    do {
      return try Yams.compose(yaml: yaml)
    } catch let error as YamlError {
      throw ConfigurationError(problems: [ConfigurationProblem(origin: origin, yamlError: error)])
    } catch {
      throw problem("the file is not YAML", origin: origin)
    }
  }

  private static func problem(_ message: String, origin: String) -> ConfigurationError {
    ConfigurationError(problems: [ConfigurationProblem(origin: origin, location: nil, path: "", message: message)])
  }

  private static func standsBefore(_ lhs: ConfigurationProblem, _ rhs: ConfigurationProblem) -> Bool {
    (lhs.location?.line ?? 0, lhs.location?.column ?? 0) < (rhs.location?.line ?? 0, rhs.location?.column ?? 0)
  }
}

extension ConfigurationProblem {
  /// What the YAML parser found, in one line.
  fileprivate init(origin: String, yamlError: YamlError) {
    switch yamlError {
    case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
      .composer(_, let problem, let mark, _):
      self.init(
        origin: origin, location: Location(line: mark.line, column: mark.column), path: "",
        message: "not valid YAML: \(problem)")
    case .duplicatedKeysInMapping(let duplicates, let context):
      self.init(
        origin: origin, location: Location(line: context.mark.line, column: context.mark.column), path: "",
        message: "the same key twice in one mapping: \(duplicates.sorted().joined(separator: ", ")); keep one")
    default:
      self.init(origin: origin, location: nil, path: "", message: "not valid YAML")
    }
  }
}
