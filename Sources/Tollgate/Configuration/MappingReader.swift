import Yams

/// A mapping of the file whose keys are known. Unknown keys are reported with the name that was probably meant.
struct MappingReader {
  private var values: [String: ConfigurationValue] = [:]

  /// - Parameter keys: every key that the mapping may have.
  init(_ value: ConfigurationValue, keys: [String], context: inout ReadingContext) {
    for (key, entry) in Self.entries(of: value, context: &context) {
      guard keys.contains(key.name) else {
        let hint = NearestName.hint(for: key.name, among: keys)
        let remedy = hint.map { "did you mean \"\($0)\"?" } ?? "known here: \(keys.joined(separator: ", "))"
        context.report("unknown key; \(remedy)", at: entry.path, location: key.location)
        continue
      }
      values[key.name] = entry
    }
  }

  /// The value of a key; nil where the file does not have it.
  subscript(key: String) -> ConfigurationValue? { values[key] }

  /// Replaces `target` by what `read` makes of the key's value, where the key is there and its value is sound.
  func read<Value>(
    _ key: String, into target: inout Value, _ context: inout ReadingContext,
    by parse: (String) throws(MalformedText) -> Value
  ) {
    if let value = values[key]?.parsed(&context, by: parse) { target = value }
  }

  /// The same for one of the names of an enum.
  func readChoice<Choice: RawRepresentable & CaseIterable>(
    _ key: String, into target: inout Choice, _ context: inout ReadingContext
  ) where Choice.RawValue == String {
    if let value = values[key]?.choice(&context, of: Choice.self) { target = value }
  }

  /// A key of a mapping and where it stands.
  struct Key {
    var name: String
    var location: ConfigurationProblem.Location?
  }

  /// Every entry of a mapping in the file's order, whatever its key; nothing for an empty value.
  static func entries(
    of value: ConfigurationValue, context: inout ReadingContext
  ) -> [(key: Key, value: ConfigurationValue)] {
    if value.isNull { return [] }
    guard let mapping = value.node.mapping else {
      value.report("expected a mapping of keys to values", to: &context)
      return []
    }
    return mapping.compactMap { keyNode, node in
      let location = ConfigurationValue(node: keyNode, path: "").location
      guard let name = keyNode.scalar?.string else {
        context.report("a key must be a single name", at: value.path, location: location)
        return nil
      }
      let path = value.path.isEmpty ? name : "\(value.path).\(name)"
      return (Key(name: name, location: location), ConfigurationValue(node: node, path: path))
    }
  }
}
