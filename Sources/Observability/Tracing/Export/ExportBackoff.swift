/// When a batch is sent again that the collector did not take: doubling delays, each shortened by up to half at random, or what
/// `retry-after` asks for (OTLP 1.x, "Failures" and "OTLP/HTTP Throttling").
public struct ExportBackoff: Sendable {
  /// After the first, second... failure. After the last there is none, and the batch is given up.
  static let delaysMilliseconds: [Int64] = [1_000, 2_000, 4_000, 8_000, 16_000]
  /// The longest time that a collector can ask for.
  static let retryAfterSecondsMax: Int64 = 60

  private var failures = 0

  public init() {}

  /// A failure that may pass.
  ///
  /// - Returns: how long to wait before the next attempt; nil where the batch is given up.
  public mutating func failed(
    retryAfterSeconds: Int64?, using random: inout some RandomNumberGenerator
  ) -> Int64? {
    guard Self.delaysMilliseconds.indices.contains(failures) else { return nil }
    let delay = Self.delaysMilliseconds[failures]
    failures += 1
    if let retryAfterSeconds { return min(max(0, retryAfterSeconds), Self.retryAfterSecondsMax) * 1_000 }
    return delay - Int64.random(in: 0...delay / 2, using: &random)
  }
}
