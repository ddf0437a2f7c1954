import Upstream

/// Where an upstream processes calls, told from its host, for providers that price that and do not report it. Bedrock's
/// prices differ by the region that the model's id names instead (`global.`, `us.`).
enum ProcessingRegion {
  private static let openAISuffix = ".api.openai.com"

  /// `eu` for OpenAI's `eu.api.openai.com` and alike (its guide "Data residency"); nil for a host without a region.
  static func region(of origin: UpstreamOrigin) -> String? {
    guard origin.host.hasSuffix(openAISuffix) else { return nil }
    let region = origin.host.dropLast(openAISuffix.count)
    return region.isEmpty || region.contains(".") ? nil : region.lowercased()
  }

  /// `regional` for the hosts of Vertex that process in one region or continent, which cost more than the global one
  /// (https://cloud.google.com/vertex-ai/generative-ai/pricing); nil for all others.
  static func endpoint(of origin: UpstreamOrigin) -> String? {
    let isRegional =
      origin.host.hasSuffix("-aiplatform.googleapis.com")
      || origin.host.hasPrefix("aiplatform.") && origin.host.hasSuffix(".rep.googleapis.com")
    return isRegional ? "regional" : nil
  }
}
