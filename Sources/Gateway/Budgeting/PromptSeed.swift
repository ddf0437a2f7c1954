import Dialects
import Upstream

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
  ///
  /// - Parameters:
  ///   - upstreamKey: what tells the provider's keys apart.
  ///   - headers: as they go upstream.
  static func of(
    _ route: Route, method: String, upstreamKey: String?, headers: [(name: String, value: String)],
    by key: FingerprintKey
  ) -> Fingerprint? {
    let origin = route.provider.origin
    var text = "\(route.provider.name)\n"
    text += "\(origin.scheme.rawValue)://\(origin.host):\(origin.port)\(origin.basePath)\n"
    text += "\(method) \(route.target)\n\(upstreamKey ?? "")\n"
    for (name, value) in headers {
      let name = name.lowercased()
      if ignored.contains(name) || name.hasPrefix(ignoredPrefix) { continue }
      if name == "authorization", value.hasPrefix("AWS4-") { continue }
      let told = name.hasSuffix("-beta") ? name + value.lowercased() : name
      if words.contains(where: { told.contains($0) }) { return nil }
      text += "\(name): \(value)\n"
    }
    return PromptBody.seed(of: text, key: key)
  }
}
