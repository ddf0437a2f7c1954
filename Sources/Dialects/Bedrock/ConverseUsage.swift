internal import JSON
internal import Metering

/// The `usage` object of Converse and of Amazon's own models, and the metrics at the end of a stream of InvokeModel. Its
/// parts are additional: `inputTokens` is what was neither read from a cache nor written to one.
///
/// https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_TokenUsage.html, whose names the wire has in two
/// spellings for what a cache did.
struct ConverseUsage {
  enum Field: UInt8 {
    case usage = 220
    case input, output, cacheRead, cacheWrite, write5m, write1h
    case cacheDetail, cacheTTL, cacheTokens
  }

  static let pattern = JSONPattern.object(Field.usage, keepsBytes: true, members)

  /// The members of the object, for a pattern under another label.
  static let members: KeyValuePairs<String, JSONPattern> = [
    "inputTokens": .scalar(Field.input),
    "outputTokens": .scalar(Field.output),
    "inputTokenCount": .scalar(Field.input),
    "outputTokenCount": .scalar(Field.output),
    "cacheReadInputTokens": .scalar(Field.cacheRead),
    "cacheReadInputTokenCount": .scalar(Field.cacheRead),
    "cacheWriteInputTokens": .scalar(Field.cacheWrite),
    "cacheWriteInputTokenCount": .scalar(Field.cacheWrite),
    "cacheDetails": .array(
      of: .object(
        Field.cacheDetail,
        ["ttl": .word(Field.cacheTTL, of: ["5m", "1h"]), "inputTokens": .scalar(Field.cacheTokens)])),
  ]

  private var counts = InlineArray<7, Int64>(repeating: -1)
  /// Whether a number that the sum rests on is no count.
  private var isMalformed = false
  private var detailTTL: Int?
  private var detailTokens: Int64 = 0

  private subscript(field: Field) -> Int64 {
    get { counts[Int(field.rawValue &- Field.usage.rawValue)] }
    set { counts[Int(field.rawValue &- Field.usage.rawValue)] = newValue }
  }

  mutating func begin(_ label: UInt8) {
    switch Field(rawValue: label) {
    case .usage: self = ConverseUsage()
    case .cacheDetail:
      detailTTL = nil
      detailTokens = 0
    default: break
    }
  }

  /// Reads one of the object's numbers; other labels are left alone.
  mutating func value(_ label: UInt8, _ json: borrowing JSONReader) {
    guard let field = Field(rawValue: label), json.kind != .null else { return }
    switch field {
    case .usage, .cacheDetail, .write5m, .write1h: break
    case .cacheTTL: detailTTL = json.word
    case .cacheTokens: detailTokens = json.wholeCount ?? 0
    case .input, .output, .cacheRead, .cacheWrite:
      if let count = json.wholeCount {
        self[field] = count
      } else if field == .input || field == .output {
        isMalformed = true
      }
    }
  }

  mutating func end(_ label: UInt8) {
    guard label == Field.cacheDetail.rawValue, let detailTTL else { return }
    let field: Field = detailTTL == 0 ? .write5m : .write1h
    self[field] = max(0, self[field]).addingSaturated(detailTokens)
  }

  /// Whether there is anything to report.
  var hasCounts: Bool { !isMalformed && (self[.input] >= 0 || self[.output] >= 0) }

  /// The disjoint cells. Parts that say more than their total are cut.
  var cells: Usage {
    var usage = Usage()
    usage[.input] = self[.input]
    usage[.output] = self[.output]
    usage[.cachedInput] = self[.cacheRead]
    usage.setCacheWrites(self[.cacheWrite], fiveMinutes: self[.write5m], oneHour: self[.write1h])
    return usage
  }
}
