/// Replaces `${NAME}` by the value of an environment variable, in values only, after the file has been parsed: what a
/// variable holds can never become a key, a list or a comment. `$${` stands for a literal `${`.
struct EnvironmentReferences: Sendable {
  var variables: [String: String]

  /// - Throws: ``MalformedText`` where a variable is not set, or a reference does not end.
  func substituted(in text: String) throws(MalformedText) -> String {
    guard text.contains("${") else { return text }
    var result = ""
    var rest = text[...]
    while let opening = rest.firstRange(of: "${") {
      let before = rest[..<opening.lowerBound]
      rest = rest[opening.upperBound...]
      if before.hasSuffix("$") {
        result += before.dropLast() + "${"
        continue
      }
      guard let closing = rest.firstIndex(of: "}") else {
        throw MalformedText("\"${\" without \"}\"; write ${NAME}, or $${ for the characters themselves")
      }
      result += before + (try value(of: String(rest[..<closing])))
      rest = rest[rest.index(after: closing)...]
    }
    return result + rest
  }

  private func value(of name: String) throws(MalformedText) -> String {
    guard let value = variables[name] else {
      throw MalformedText("the environment variable \(name) is not set; set it, or write the value here")
    }
    return value
  }
}
