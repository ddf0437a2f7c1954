internal import Metering

extension ReplyHeaders {
  /// Reads a field of AWS: what InvokeModel used, the tier that served it, and the error.
  ///
  /// https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_InvokeModel.html; the counts are not in its
  /// reference, and stand on the replies that are no streams.
  mutating func readAmazon(name: String, value: String) {
    switch name {
    case "x-amzn-bedrock-input-token-count": note(.input, value)
    case "x-amzn-bedrock-output-token-count": note(.output, value)
    case "x-amzn-bedrock-cache-read-input-token-count": note(.cachedInput, value)
    case "x-amzn-bedrock-cache-write-input-token-count": note(.cacheWrite, value)
    case "x-amzn-bedrock-output-image-count": note(.outputImages, value)
    case "x-amzn-bedrock-service-tier":
      guard let tier = Self.text(value) else { return }
      context.serviceTier = tier
      isTierOfHost = true
    case "x-amzn-bedrock-performanceconfig-latency": if value != "standard" { context.speed = Self.text(value) }
    case "x-amzn-errortype":
      // `ValidationException:http://internal.amazon.com/coral/...`, or with a namespace before a `#`.
      let name = value.prefix { $0 != ":" }.split(separator: "#").last ?? ""
      errorCode = Self.text(String(name))
    default: break
    }
  }

  private mutating func note(_ cell: UsageCell, _ value: String) {
    guard let count = Self.count(value) else { return }
    var usage = usage ?? Usage()
    usage[cell] = count
    self.usage = usage
  }
}
