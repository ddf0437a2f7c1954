/// The product that a `user-agent` names first, as a name for an agent.
enum UserAgent {
  /// The first word, without its version, in lower case, with `/` as `-`: `OpenAI/Python 3.54.0` and `AsyncOpenAI/Python
  /// 3.54.0` are both `openai-python`, `curl/8.5.0` is `curl`, `pydantic-ai/2.68.0` is `pydantic-ai`, `Together/v1 …` is
  /// `together`. What follows a `/` is a version if it begins with a digit, or with `v` and a digit; SDKs that put their
  /// language there are told apart by it. `Async` before a capital is taken off, since it is the same program.
  static func agent(_ text: String) -> String? {
    let bytes = text.utf8.span
    var end = 0
    while end < bytes.count, bytes[end] > 0x20, bytes[end] != UInt8(ascii: "(") { end += 1 }
    var product = text.slice(0..<end)
    guard !product.hasPrefix("/") else { return nil }
    if let slash = product.firstIndex(of: "/") {
      let after = product[product.index(after: slash)...]
      product = String(isVersion(after) ? product[..<slash] : product[..<(after.firstIndex(of: "/") ?? after.endIndex)])
    }
    if product.hasPrefix("Async"), product.dropFirst(5).first?.isUppercase ?? false { product.removeFirst(5) }
    let name = String(product.lowercased().map { $0 == "/" ? "-" : $0 })
    return IdentityValue.inferred(name)
  }

  private static func isVersion(_ text: Substring) -> Bool {
    let digits = text.first == "v" || text.first == "V" ? text.dropFirst() : text
    return digits.isEmpty || ByteSet.digits.containsAll(of: digits.prefix(1).utf8.span)
  }
}
