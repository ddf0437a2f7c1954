public import Upstream

/// Regions of AWS in the names of hosts.
public enum AWSRegion {
  /// What follows the region in a host's name: China has a domain of its own.
  static func hostSuffix(of region: String) -> String {
    region.hasPrefix("cn-") ? "amazonaws.com.cn" : "amazonaws.com"
  }

  /// The region that a host of AWS names: `eu-west-1` of `bedrock-runtime.eu-west-1.amazonaws.com` and of
  /// `bedrock-mantle.eu-west-1.api.aws`; nil for any other host.
  public static func region(of origin: UpstreamOrigin) -> String? {
    let host = origin.host.lowercased()
    let parts = host.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count >= 4,
      host.hasSuffix(".amazonaws.com") || host.hasSuffix(".amazonaws.com.cn")
        || host.hasSuffix(".api.aws")
    else { return nil }
    return String(parts[1])
  }

  /// The name that the service behind a host signs with.
  public static func service(of origin: UpstreamOrigin) -> String {
    origin.host.lowercased().hasPrefix("bedrock-mantle.") ? "bedrock-mantle" : "bedrock"
  }
}
