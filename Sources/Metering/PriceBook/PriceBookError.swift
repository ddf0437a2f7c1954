/// Why price files cannot be used: everything that is wrong with them, not only the first thing.
public struct PriceBookError: Error, Sendable, Equatable, CustomStringConvertible {
  /// Never empty.
  public var problems: [PriceBookProblem]

  public init(problems: [PriceBookProblem]) { self.problems = problems }

  /// One problem a line; of very many, the first twenty.
  public var description: String {
    var lines = problems.prefix(20).map(\.description)
    if problems.count > 20 { lines.append("and \(problems.count - 20) more") }
    return lines.joined(separator: "\n")
  }
}

/// One thing that is wrong with a price file, and where.
public struct PriceBookProblem: Error, Sendable, Equatable, CustomStringConvertible {
  /// The file's name: `openai.json`.
  public var file: String
  /// The id of the model; nil where the problem is not in a model.
  public var model: String?
  /// The path of names to the value, within the model or the file: `prices[1].adjust[0].when.geo`. Empty for the whole.
  public var key: String
  /// What is wrong and what to do.
  public var reason: String

  public init(file: String, model: String?, key: String, reason: String) {
    self.file = file
    self.model = model
    self.key = key
    self.reason = reason
  }

  public var description: String {
    var place = file
    if let model { place += ": model \(model)" }
    if !key.isEmpty { place += ": \(key)" }
    return "\(place): \(reason)"
  }
}
