/// Counts the tokens of prompts, and remembers their beginnings as a provider's prompt cache does.
///
/// A token is four bytes of the JSON of a part of the prompt, rounded up for each part. A beginning is remembered for the
/// rest of the process, and counts from 64 tokens on.
struct PromptCache: Sendable {
  struct Count: Sendable, Equatable {
    /// Neither read from the cache nor written to it.
    var fresh = 0
    var cached = 0
    var written = 0
    var writtenLifetime: SimulatedRequest.CacheLifetime?

    var total: Int { fresh + cached + written }
  }

  static let bytesPerToken = 4
  private static let tokensMin = 64
  private static let beginningsMax = 100_000

  private var beginnings: Set<UInt64> = []

  /// How many tokens a text has.
  static func tokens(_ text: some StringProtocol) -> Int { (text.utf8.count + bytesPerToken - 1) / bytesPerToken }

  /// Counts a prompt, and remembers it.
  ///
  /// - Parameter writes: how Anthropic caches: only what a request marks, and what is written is billed. Otherwise all of
  ///   every prompt is remembered, and writing is not told apart.
  mutating func count(_ request: SimulatedRequest, writes: Bool) -> Count {
    var hash = StableHash()
    hash.add(request.model)
    var total = 0
    var known = 0
    var marked = 0
    var count = Count()
    var seen: [(hash: UInt64, tokens: Int)] = []
    for block in request.blocks {
      hash.add(block.text)
      total += Self.tokens(block.text)
      seen.append((hash.value, total))
      if total >= Self.tokensMin, beginnings.contains(hash.value) { known = total }
      if let lifetime = block.cacheLifetime, total >= Self.tokensMin {
        marked = total
        count.writtenLifetime = lifetime
      }
    }
    let remembered = writes ? marked : total
    count.cached = min(known, remembered)
    count.written = writes ? remembered - count.cached : 0
    count.fresh = total - count.cached - count.written
    remember(seen.filter { $0.tokens <= remembered && $0.tokens >= Self.tokensMin }.map(\.hash))
    return count
  }

  private mutating func remember(_ hashes: [UInt64]) {
    if beginnings.count + hashes.count > Self.beginningsMax { beginnings.removeAll() }
    beginnings.formUnion(hashes)
  }
}
