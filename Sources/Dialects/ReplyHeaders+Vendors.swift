internal import JSON
internal import Metering

extension ReplyHeaders {
  /// Reads a field by the names of those who speak OpenAI's dialect or one of their own.
  mutating func readVendor(name: String, value: String) {
    switch name {
    // Mistral, Cohere, DeepSeek; OpenRouter's is the id by which it tells the final bill.
    case "mistral-correlation-id", "x-debug-trace-id", "x-ds-trace-id", "x-generation-id":
      ownRequestID = ownRequestID ?? Self.text(value)
    case "x-ratelimit-remaining-req-minute", "x-trial-endpoint-call-remaining": remainingRequests = Self.count(value)
    case "x-ratelimit-remaining-tokens-minute", "ratelimitbysize-remaining", "x-ratelimitbysize-remaining-minute":
      remainingTokens = Self.count(value)
    // What a call cost of a limit is what it used. Tokens are not split: where nothing else tells, they count as input.
    case "x-ratelimit-tokens-query-cost", "num_tokens", "num-tokens": add(value, to: .input)
    case "x-ratelimit-audio-seconds-query-cost": add(value, to: .inputAudioTime, powerOfTen: 3)
    case "x-ratelimit-ocr-pages-query-cost": add(value, to: .inputPages)
    case "x-ratelimit-input-characters-query-cost": add(value, to: .inputCharacters)
    default: break
    }
  }

  private mutating func add(_ value: String, to cell: UsageCell, powerOfTen power: Int = 0) {
    guard let count = JSONDecimal(value)?.scaled(byPowerOfTen: power), count > 0 else { return }
    var usage = usage ?? Usage()
    usage[cell] = count
    self.usage = usage
  }
}
