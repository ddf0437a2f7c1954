import Upstream

/// Where an upstream processes calls, told from its host, for providers that price that and do not report it.
enum ProcessingRegion {
  private static let openAISuffix = ".api.openai.com"

  /// `eu` for OpenAI's `eu.api.openai.com` and alike (its guide "Data residency"); nil for a host without a region.
  static func region(of origin: UpstreamOrigin) -> String? {
    guard origin.host.hasSuffix(openAISuffix) else { return nil }
    let region = origin.host.dropLast(openAISuffix.count)
    return region.isEmpty || region.contains(".") ? nil : region.lowercased()
  }
}
