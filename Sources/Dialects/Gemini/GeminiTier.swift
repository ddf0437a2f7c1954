internal import JSON

/// The tier that served a call, in the words of the price book: `standard`, `flex`, `priority`, `provisioned`.
enum GeminiTier {
  /// The tier of Gemini (`standard`, `FLEX`, `SERVICE_TIER_PRIORITY`); nil where it is not said.
  static func served(_ json: borrowing JSONReader) -> String? {
    guard let text = json.wholeText?.lowercased() else { return nil }
    let prefix = "service_tier_"
    let tier = text.hasPrefix(prefix) ? String(text.dropFirst(prefix.count)) : text
    return tier == "unspecified" ? nil : tier
  }

  /// The tier behind Vertex' kind of traffic; nil where it is not said.
  ///
  /// https://docs.cloud.google.com/vertex-ai/generative-ai/docs/reference/rest/v1/GenerateContentResponse#TrafficType
  static func traffic(_ json: borrowing JSONReader) -> String? {
    if let number = json.count { return number == 1 ? "standard" : number == 2 ? "provisioned" : nil }
    guard let text = json.wholeText else { return nil }
    switch text {
    case "TRAFFIC_TYPE_UNSPECIFIED": return nil
    case "ON_DEMAND": return "standard"
    case "PROVISIONED_THROUGHPUT": return "provisioned"
    default:
      let prefix = "ON_DEMAND_"
      return (text.hasPrefix(prefix) ? String(text.dropFirst(prefix.count)) : text).lowercased()
    }
  }
}
