import Yams

/// One value of the file, with the path of its key and where it stands.
struct ConfigurationValue {
  let node: Node
  let path: String

  /// The value as text, `${NAME}` replaced; nil, and reported, where it is a list or a mapping or is missing.
  func text(_ context: inout ReadingContext) -> String? {
    guard let scalar = node.scalar else {
      report("expected a single value, not a \(kind)", to: &context)
      return nil
    }
    guard !isNull else {
      report("the value is missing; give one, or remove the key", to: &context)
      return nil
    }
    do throws(MalformedText) {
      return try context.environment.substituted(in: scalar.string)
    } catch {
      report(error.message, to: &context)
      return nil
    }
  }

  /// The value, parsed; nil, and reported, where that fails.
  func parsed<Value>(
    _ context: inout ReadingContext, by parse: (String) throws(MalformedText) -> Value
  ) -> Value? {
    guard let text = text(&context) else { return nil }
    do throws(MalformedText) {
      return try parse(text)
    } catch {
      report(error.message, to: &context)
      return nil
    }
  }

  /// The value as one of the names of an enum.
  func choice<Choice: RawRepresentable & CaseIterable>(
    _ context: inout ReadingContext, of type: Choice.Type
  ) -> Choice? where Choice.RawValue == String {
    parsed(&context) { text throws(MalformedText) in
      guard let choice = Choice(rawValue: text) else {
        throw MalformedText(unknownChoice(text, among: Choice.allCases.map(\.rawValue)))
      }
      return choice
    }
  }

  /// The values of a list; empty, and reported, where it is none.
  func list(_ context: inout ReadingContext) -> [ConfigurationValue] {
    if isNull { return [] }
    guard let sequence = node.sequence else {
      report("expected a list, such as [first, second], not a \(kind)", to: &context)
      return []
    }
    return sequence.enumerated().map { ConfigurationValue(node: $1, path: "\(path)[\($0)]") }
  }

  /// Whether it is empty or says `null`.
  var isNull: Bool { node.scalar.map { $0.style == .plain && ["", "~", "null"].contains($0.string) } ?? false }

  var isMapping: Bool { node.mapping != nil }

  var isList: Bool { node.sequence != nil }

  var location: ConfigurationProblem.Location? {
    node.mark.map { ConfigurationProblem.Location(line: $0.line, column: $0.column) }
  }

  func report(_ message: String, to context: inout ReadingContext) {
    context.report(message, at: path, location: location)
  }

  private var kind: String {
    switch node {
    case .scalar: "single value"
    case .sequence: "list"
    case .mapping: "mapping"
    case .alias: "reference"
    }
  }
}

/// What to say of a name that is none of those allowed.
func unknownChoice(_ name: String, among names: [String]) -> String {
  let hint = NearestName.hint(for: name, among: names).map { "; did you mean \"\($0)\"?" }
  return "\"\(name)\" is not one of \(names.joined(separator: ", "))" + (hint ?? "")
}
