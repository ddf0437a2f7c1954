import Dialects

/// What decides how a prompt is made besides the body: where it goes, for whom, and what the header says.
enum PromptSeed {
  /// Header fields that say nothing of the prompt and change from call to call: ids, attempts, signatures, traces.
  private static let ignored: Set<String> = [
    "content-length", "date", "traceparent", "tracestate", "baggage", "request-id", "x-request-id",
    "x-client-request-id", "x-correlation-id", "idempotency-key", "x-idempotency-key", "x-stainless-retry-count",
    "x-stainless-read-timeout", "x-stainless-timeout", "x-amz-date", "x-amz-security-token", "x-amz-content-sha256",
    "amz-sdk-invocation-id", "amz-sdk-request", "x-codex-turn-metadata", "x-codex-turn-state",
  ]
  /// What Claude Code tells gateways alone begins so.
  private static let ignoredPrefix = "x-claude-code-"
  /// Parts of names of fields, and of what is switched on by Anthropic's, by which providers shorten or mask prompts.
  private static let words = ["guardrail", "compact", "truncat", "trim", "compress"]

  /// Nil where the header says that the prompt may be shortened.
  static func of(_ call: Call, by key: FingerprintKey) -> Fingerprint? {
    let origin = call.route.provider.origin
    var text = "\(call.route.provider.name)\n"
    text += "\(origin.scheme.rawValue)://\(origin.host):\(origin.port)\(origin.basePath)\n"
    text += "\(call.method) \(call.route.target)\n\(call.identity.upstreamKeyID ?? "")\n"
    for (name, value) in call.headers {
      let name = name.lowercased()
      if ignored.contains(name) || name.hasPrefix(ignoredPrefix) { continue }
      if name == "authorization", value.hasPrefix("AWS4-") { continue }
      let told = name.hasSuffix("-beta") ? name + value.lowercased() : name
      if words.contains(where: { told.contains($0) }) { return nil }
      text += "\(name): \(value)\n"
    }
    return key.fingerprint(of: text)
  }
}
