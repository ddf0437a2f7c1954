internal import JSON
internal import Metering

/// The counts that llama.cpp writes beside its usage, or in its place: `timings`.
///
/// https://github.com/ggml-org/llama.cpp/blob/master/tools/server/README.md
struct LlamaTimings {
  enum Field: UInt8 {
    case timings = 170
    case prompt, cached, predicted
  }

  static let pattern = JSONPattern.object(
    Field.timings, keepsBytes: true,
    [
      "prompt_n": .scalar(Field.prompt),
      "cache_n": .scalar(Field.cached),
      "predicted_n": .scalar(Field.predicted),
    ])

  private var prompt: Int64?
  private var cached: Int64 = 0
  private var predicted: Int64?

  mutating func value(_ label: UInt8, _ json: borrowing JSONReader) {
    switch Field(rawValue: label) {
    case .prompt: prompt = json.wholeCount
    case .cached: cached = json.wholeCount ?? 0
    case .predicted: predicted = json.wholeCount
    case .timings, nil: break
    }
  }

  /// The disjoint cells: what was evaluated of the prompt, and what was still known of it. Nil where the object counts nothing.
  var cells: Usage? {
    guard prompt != nil || predicted != nil else { return nil }
    var usage = Usage()
    usage[.input] = prompt ?? 0
    usage[.cachedInput] = cached
    usage[.output] = predicted ?? 0
    return usage
  }
}
