import ArgumentParser
import Upstream

/// Makes a reader of values one of options: what it calls malformed is a usage error (exit 64) with its message.
func usage<Value>(
  _ parse: @escaping @Sendable (String) throws(MalformedText) -> Value
) -> @Sendable (String) throws -> Value {
  { text in
    do throws(MalformedText) {
      return try parse(text)
    } catch {
      throw ValidationError(error.message)
    }
  }
}

/// `NAME=URL`, as `--upstream` takes it.
struct UpstreamArgument: Sendable, Equatable {
  var name: String
  var origin: UpstreamOrigin

  init(parsing text: String) throws(MalformedText) {
    guard let equals = text.firstIndex(of: "=") else {
      throw MalformedText("\"\(text)\" is not an upstream; write NAME=URL, such as local=http://10.0.0.5:8000")
    }
    name = try ProviderName.validated(String(text[..<equals]))
    origin = try UpstreamOrigin(baseURL: String(text[text.index(after: equals)...]))
  }
}
