internal import JSON
internal import Metering

/// A cache that was made: what it holds is billed by the hour, not by the call. What that comes to is recorded where the
/// reply says when the cache begins and ends; a cache that lives longer or shorter in the end is not followed.
///
/// https://ai.google.dev/api/caching#CachedContent
struct CachedContentReply: ~Copyable, DocumentWire {
  enum Field: UInt8 {
    case tokens = 1
    case created, expires
  }

  static let shape = JSONShape(
    .object([
      "createTime": .text(Field.created), "create_time": .text(Field.created),
      "expireTime": .text(Field.expires), "expire_time": .text(Field.expires),
      "usageMetadata": usage, "usage_metadata": usage,
      "error": ErrorMembers.pattern,
    ]))

  private static let usage = JSONPattern.object([
    "totalTokenCount": .text(Field.tokens), "total_token_count": .text(Field.tokens),
  ])

  private var error = ErrorMembers()
  private var tokens: Int64?
  private var created: Timestamp?
  private var expires: Timestamp?

  mutating func begin(_ label: UInt8, _ json: borrowing JSONReader, _ tally: inout ReplyTally) { error.begin(label) }

  mutating func value(_ label: UInt8, _ json: borrowing JSONReader, _ tally: inout ReplyTally) {
    switch Field(rawValue: label) {
    case .tokens: tokens = json.protoCount
    case .created: created = json.wholeText.flatMap { Timestamp($0) }
    case .expires: expires = json.wholeText.flatMap { Timestamp($0) }
    case nil: error.value(label, json, &tally)
    }
  }

  mutating func end(_ label: UInt8, _ json: inout JSONReader, _ tally: inout ReplyTally) { error.end(label, &tally) }

  mutating func endDocument(_ tally: inout ReplyTally) {
    guard tally.facts.errorCode == nil else { return }
    // Making a cache bills nothing at once, so that there is nothing to be counted either.
    var usage = Usage()
    if let tokens, let created, let expires {
      usage[.cacheStorage] = Self.tokenHours(tokens, from: created, to: expires)
    }
    tally.report(usage)
  }

  /// Tokens times hours, to the nearest one; what does not fit is the largest number.
  static func tokenHours(_ tokens: Int64, from start: Timestamp, to end: Timestamp) -> Int64 {
    let microsecondsPerHour: Int128 = 3_600_000_000
    let lifetime = max(0, Int128(end.unixMicroseconds) - Int128(start.unixMicroseconds))
    return Int64(clamping: (Int128(tokens) * lifetime + microsecondsPerHour / 2) / microsecondsPerHour)
  }
}
