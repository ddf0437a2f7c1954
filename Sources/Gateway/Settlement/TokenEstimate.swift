import Dialects

/// Token counts made from the text that passed, for replies whose provider reported none.
///
/// They rest on the bytes per token that recorded replies with usage had (medians over English and code: OpenAI's models
/// 4.44, Anthropic's 4.04 bytes of UTF-8 a token), written as hundredths so that no fraction is computed in floating point.
enum TokenEstimate {
  /// Tokens of a prompt of so many bytes of text. At least one.
  static func prompt(textBytes: Int64, dialect: Dialect) -> Int64 {
    max(1, tokens(textBytes: textBytes, dialect: dialect))
  }

  /// Tokens of the part of a reply that has been seen. OpenAI's streams carry about one token in each delta, so their number
  /// counts where it is the larger.
  static func output(textBytes: Int64, contentDeltas: Int64, dialect: Dialect) -> Int64 {
    let byText = tokens(textBytes: textBytes, dialect: dialect)
    return dialect == .openai ? max(byText, contentDeltas) : byText
  }

  private static func tokens(textBytes: Int64, dialect: Dialect) -> Int64 {
    let bytesPerHundredTokens: Int64 =
      switch dialect {
      case .anthropic: 404
      default: 444
      }
    // Bodies are at most tens of megabytes, so the product is far from overflowing; a larger one is cut to be sure.
    let bytes = min(max(0, textBytes), 1 << 50)
    return (bytes * 100 + bytesPerHundredTokens - 1) / bytesPerHundredTokens
  }
}
