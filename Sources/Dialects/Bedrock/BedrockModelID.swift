/// Ids of Bedrock's models: `anthropic.claude-…`, with the region that an inference profile puts before it
/// (`us.anthropic.claude-…`, `global.…`), or ARNs of these.
enum BedrockModelID {
  /// The id that the price goes by. An ARN of a foundation model or of a profile that AWS defines ends with it; one of
  /// the customer's own says nothing of the model.
  static func priced(_ id: String) -> String? {
    guard id.hasPrefix("arn:") else { return id }
    let resource = id.split(separator: ":", maxSplits: 5, omittingEmptySubsequences: false).last ?? ""
    for kind in ["foundation-model/", "inference-profile/"] where resource.hasPrefix(kind) {
      return String(resource.dropFirst(kind.count))
    }
    return nil
  }
}

extension Endpoint {
  /// The id in the path that the price goes by; nil where the model's name says all (see ``ReplyFacts/modelPriced``).
  public var modelPriced: String? { dialect == .bedrock ? model.flatMap(BedrockModelID.priced) : nil }
}
