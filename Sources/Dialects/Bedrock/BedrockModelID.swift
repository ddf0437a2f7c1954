/// Ids of Bedrock's models: `anthropic.claude-…`, with the region that an inference profile puts before it
/// (`us.anthropic.claude-…`, `global.…`), or ARNs of these.
enum BedrockModelID {
  /// What the ids of models that make vectors, ranks, images, videos or voices have in them.
  ///
  /// https://docs.aws.amazon.com/bedrock/latest/userguide/models-supported.html
  fileprivate static let wordless = [
    "embed", "rerank", "stability.", "image-generator", "nova-canvas", "nova-reel", "marengo", "luma.ray",
  ]

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

  /// ``Operation/converses``, but for models of Bedrock that are invoked in their own words and whose names say that they write none.
  public var converses: Bool {
    guard operation.converses else { return false }
    guard operation == .invokeModel, let model = modelPriced else { return true }
    return !BedrockModelID.wordless.contains { model.contains($0) }
  }
}
