internal import JSON
internal import Metering

/// The `usage` object of Anthropic's Messages. Its parts are additional: `input_tokens` is what was neither read from
/// a cache nor written to one. Only thinking tokens are inside `output_tokens`.
///
/// https://docs.anthropic.com/en/api/messages and `/en/docs/build-with-claude/prompt-caching`.
struct MessagesUsage {
  enum Field: UInt8 {
    case usage = 200
    case input, output, cacheRead, cacheWrite, write5m, write1h, thinking, searches
    case tier, geo, speed
    case iterations, iteration, iterationType, iterationModel
  }

  static let pattern = JSONPattern.object(
    Field.usage, keepsBytes: true,
    [
      "server_tool_use": .object(["web_search_requests": .scalar(Field.searches)]),
      "output_tokens_details": .object(["thinking_tokens": .scalar(Field.thinking)]),
      "service_tier": .text(Field.tier),
      "inference_geo": .text(Field.geo),
      "speed": .text(Field.speed),
      "iterations": .array(
        Field.iterations,
        of: JSONPattern.object(
          Field.iteration,
          ["type": .word(Field.iterationType, of: MessagesIteration.Kind.names), "model": .text(Field.iterationModel)]
        ).orObject(counts)),
    ]
  ).orObject(counts).orObject(VendorUsage.costMembers)

  private static let counts: KeyValuePairs<String, JSONPattern> = [
    "input_tokens": .scalar(Field.input),
    "output_tokens": .scalar(Field.output),
    "cache_read_input_tokens": .scalar(Field.cacheRead),
    "cache_creation_input_tokens": .scalar(Field.cacheWrite),
    "cache_creation": .object([
      "ephemeral_5m_input_tokens": .scalar(Field.write5m), "ephemeral_1h_input_tokens": .scalar(Field.write1h),
    ]),
  ]

  private var counts = InlineArray<9, Int64>(repeating: -1)
  /// Whether a number that the sum rests on is no count.
  private(set) var isMalformed = false

  private subscript(field: Field) -> Int64 {
    get { counts[Int(field.rawValue &- Field.usage.rawValue)] }
    set { counts[Int(field.rawValue &- Field.usage.rawValue)] = newValue }
  }

  mutating func value(_ field: Field, _ json: borrowing JSONReader) {
    guard field.rawValue <= Field.searches.rawValue, json.kind != .null else { return }
    guard let count = json.wholeCount else {
      if field == .input || field == .output { isMalformed = true }
      return
    }
    self[field] = count
  }

  /// Takes over every number that a later report has.
  ///
  /// - Parameter isProvisional: whether the report comes at the start of a stream, when the output is a guess.
  mutating func merge(_ later: MessagesUsage, isProvisional: Bool) {
    for index in counts.indices where later.counts[index] >= 0 { counts[index] = later.counts[index] }
    if isProvisional {
      self[.output] = -1
      self[.thinking] = -1
    }
  }

  /// Whether the output is known, rather than a guess.
  var hasOutput: Bool { self[.output] >= 0 }

  /// Whether there is anything to report.
  var hasCounts: Bool { self[.input] >= 0 || self[.output] >= 0 }

  /// The disjoint cells. Parts that say more than their total are cut.
  var cells: Usage {
    var usage = Usage()
    usage[.input] = self[.input]
    usage[.cachedInput] = self[.cacheRead]
    // The split comes at the start of a stream, its sum may be corrected at the end.
    usage.setCacheWrites(self[.cacheWrite], fiveMinutes: self[.write5m], oneHour: self[.write1h])
    let output = max(0, self[.output])
    usage[.reasoning] = min(max(0, self[.thinking]), output)
    usage[.output] = output - usage[.reasoning]
    usage[.webSearch] = self[.searches]
    return usage
  }
}

extension Usage {
  /// Sets what was written to a cache: the parts by their lifetime, and the rest of the total. Parts that say more than their
  /// total are cut; a number below zero was not said.
  mutating func setCacheWrites(_ total: Int64, fiveMinutes: Int64, oneHour: Int64) {
    let fiveMinutes = max(0, fiveMinutes)
    let oneHour = max(0, oneHour)
    let written = total >= 0 ? total : fiveMinutes.addingSaturated(oneHour)
    self[.cacheWrite5m] = min(fiveMinutes, written)
    self[.cacheWrite1h] = min(oneHour, written - self[.cacheWrite5m])
    self[.cacheWrite] = written - self[.cacheWrite5m] - self[.cacheWrite1h]
  }
}

extension Int64 {
  /// The sum of two counts, or the largest number where it does not fit.
  func addingSaturated(_ other: Int64) -> Int64 {
    let (sum, overflow) = addingReportingOverflow(other)
    return overflow ? .max : sum
  }
}
