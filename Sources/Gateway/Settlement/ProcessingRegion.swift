public import Metering

/// Where an upstream processes calls, told from its host, for providers that price that and do not report it. Bedrock's
/// prices differ by the region that the model's id names instead (`global.`, `us.`).
enum ProcessingRegion {
  private static let openAISuffix = ".api.openai.com"

  /// `eu` for OpenAI's `eu.api.openai.com` and alike (its guide "Data residency"); nil for a host without a region.
  static func region(ofHost host: String) -> String? {
    guard host.hasSuffix(openAISuffix) else { return nil }
    let region = host.dropLast(openAISuffix.count)
    return region.isEmpty || region.contains(".") ? nil : region.lowercased()
  }

  /// `regional` for the hosts of Vertex that process in one region or continent, which cost more than the global one
  /// (https://cloud.google.com/vertex-ai/generative-ai/pricing); nil for all others.
  static func endpoint(ofHost host: String) -> String? {
    let isRegional =
      host.hasSuffix("-aiplatform.googleapis.com")
      || host.hasPrefix("aiplatform.") && host.hasSuffix(".rep.googleapis.com")
    return isRegional ? "regional" : nil
  }
}

extension PricingContext {
  /// What a reply said, completed by what was asked for and by where the call went.
  ///
  /// - Parameters:
  ///   - isTierKnown: whether the reply was read to its end: a tier that it then does not name is not the one asked for.
  ///   - host: the host that was called; nil where that is not known.
  public func completed(by request: PricingContext, isTierKnown: Bool, host: String?) -> PricingContext {
    var context = completed(
      by: request, isTierKnown: isTierKnown, region: host.flatMap(ProcessingRegion.region(ofHost:)))
    if context.endpoint == nil { context.endpoint = host.flatMap(ProcessingRegion.endpoint(ofHost:)) }
    return context
  }
}
