import Dialects

/// How a body is cut into the parts that a reader is fed with.
enum Cut: CustomStringConvertible {
  case whole
  case bytes
  /// In two, at this offset.
  case at(Int)
  /// Into parts of 1 to 40 bytes, by a seed.
  case random(UInt64)

  var description: String {
    switch self {
    case .whole: "whole"
    case .bytes: "byte by byte"
    case .at(let offset): "cut at \(offset)"
    case .random(let seed): "random parts, seed \(seed)"
    }
  }

  func ranges(of count: Int) -> [Range<Int>] {
    switch self {
    case .whole: return [0..<count]
    case .bytes: return (0..<count).map { $0..<$0 + 1 }
    case .at(let offset): return [0..<offset, offset..<count]
    case .random(let seed):
      var random = SeededRandom(seed: seed)
      var ranges: [Range<Int>] = []
      var start = 0
      while start < count {
        let end = min(count, start + Int(random.next() % 40) + 1)
        ranges.append(start..<end)
        start = end
      }
      return ranges
    }
  }
}

/// SplitMix64: the same numbers for the same seed, everywhere.
struct SeededRandom: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var value = state
    value = (value ^ value >> 30) &* 0xBF58_476D_1CE4_E5B9
    value = (value ^ value >> 27) &* 0x94D0_49BB_1331_11EB
    return value ^ value >> 31
  }
}

func readReply(
  _ operation: Dialects.Operation, _ body: [UInt8], _ cut: Cut = .whole, framing: ReplyFraming = .json,
  status: Int = 200
) -> ReplyFacts {
  let dialect: Dialect = operation == .messages ? .anthropic : .openai
  var reader = ReplyReader(
    endpoint: Endpoint(dialect: dialect, operation: operation), status: status, framing: framing)
  for range in cut.ranges(of: body.count) { reader.consume(body.span.bytes.extracting(range)) }
  return reader.finish()
}

func readReply(_ operation: Dialects.Operation, _ body: String, framing: ReplyFraming = .json) -> ReplyFacts {
  readReply(operation, Array(body.utf8), framing: framing)
}

/// A stream of events that have this data each.
func readStream(_ operation: Dialects.Operation, _ events: [String]) -> ReplyFacts {
  readReply(operation, Array(stream(events).utf8), framing: .serverSentEvents)
}

func stream(_ events: [String]) -> String { events.map { "data: \($0)\n\n" }.joined() }

func readRequest(_ operation: Dialects.Operation, _ body: [UInt8], _ cut: Cut = .whole) -> RequestFacts {
  let dialect: Dialect = operation == .messages ? .anthropic : .openai
  var reader = RequestReader(endpoint: Endpoint(dialect: dialect, operation: operation))
  for range in cut.ranges(of: body.count) { reader.consume(body.span.bytes.extracting(range)) }
  return reader.finish()
}

func readRequest(_ operation: Dialects.Operation, _ body: String) -> RequestFacts {
  readRequest(operation, Array(body.utf8))
}
