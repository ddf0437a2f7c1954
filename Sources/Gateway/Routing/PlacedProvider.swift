public import Dialects
public import Upstream

/// The providers that Tollgate knows, but whose host depends on a name of the operator's: a resource or a region.
public enum PlacedProvider: String, Sendable, CaseIterable {
  case azure
  case bedrock
  case vertex

  /// What the host is named by.
  public enum Key: String, Sendable {
    case resource
    case region
  }

  public var key: Key { self == .azure ? .resource : .region }

  /// How its calls are read; nil where the path tells.
  public var dialect: Dialect? {
    switch self {
    case .azure: nil
    case .bedrock: .bedrock
    case .vertex: .gemini
    }
  }

  /// What a message shows as an example: `region: us-east-1`.
  public var example: String {
    switch self {
    case .azure: "resource: NAME, of https://NAME.openai.azure.com"
    case .bedrock: "region: us-east-1"
    case .vertex: "region: us-central1, or global"
    }
  }

  /// Where calls go; nil where `place` cannot be part of a host's name.
  ///
  /// - Parameter place: the resource, or the region: `us-central1`, `eu`, `global`.
  public func origin(at place: String) -> UpstreamOrigin? {
    let isLabel =
      (1...63).contains(place.utf8.count) && !place.hasPrefix("-") && !place.hasSuffix("-")
      && place.utf8.allSatisfy(Self.isLabelByte)
    guard isLabel else { return nil }
    let host =
      switch self {
      case .azure: "\(place).openai.azure.com"
      case .bedrock: "bedrock-runtime.\(place).\(AWSRegion.hostSuffix(of: place))"
      case .vertex where place == "global": "aiplatform.googleapis.com"
      // Regions of several places: https://docs.cloud.google.com/vertex-ai/generative-ai/docs/learn/locations
      case .vertex where ["us", "eu"].contains(place): "aiplatform.\(place).rep.googleapis.com"
      case .vertex: "\(place)-aiplatform.googleapis.com"
      }
    return UpstreamOrigin(scheme: .https, host: host, port: 443, basePath: "")
  }

  private static func isLabelByte(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"):
      true
    default: false
    }
  }
}
