/// The product that a `user-agent` names first, as a name for an agent.
enum UserAgent {
  /// The first word, without its version, in lower case, with `/` as `-`: `OpenAI/Python 3.54.0` and `AsyncOpenAI/Python
  /// 3.54.0` are both `openai-python`, `curl/8.5.0` is `curl`, `pydantic-ai/2.68.0` is `pydantic-ai`, `Together/v1 …` is
  /// `together`. What follows a `/` is a version if it begins with a digit, or with `v` and a digit; SDKs that put their
  /// language there are told apart by it. `Async` before a capital is taken off, since it is the same program.
  static func agent(_ text: String) -> String? {
    var name: [UInt8] = []
    text.withBytes { bytes in
      var end = 0
      while end < bytes.count, bytes[end] > 0x20, bytes[end] != UInt8(ascii: "(") { end += 1 }
      let product = bytes.extracting(startOfName(bytes)..<max(end, startOfName(bytes)))
      append(product, to: &name)
    }
    return name.isEmpty ? nil : IdentityValue.inferred(String(decoding: name, as: UTF8.self))
  }

  private static func startOfName(_ bytes: borrowing Span<UInt8>) -> Int {
    bytes.count > 5 && bytes.hasPrefix("Async") && bytes[5].asciiLowercased != bytes[5] ? 5 : 0
  }

  /// The product's first part, and its second if that is no version.
  private static func append(_ product: borrowing Span<UInt8>, to name: inout [UInt8]) {
    var slashes = 0
    for index in product.indices {
      guard product[index] == UInt8(ascii: "/") else {
        name.append(product[index].asciiLowercased)
        continue
      }
      slashes += 1
      if slashes == 2 || name.isEmpty || isVersion(product.extracting((index + 1)...)) { return }
      name.append(UInt8(ascii: "-"))
    }
  }

  private static func isVersion(_ text: borrowing Span<UInt8>) -> Bool {
    let start = text.hasPrefixIgnoringCase("v") ? 1 : 0
    return start == text.count || ByteSet.digits.contains(text[start])
  }
}
