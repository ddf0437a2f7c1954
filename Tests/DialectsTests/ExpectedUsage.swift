import Dialects
import Foundation
import Metering

/// What a provider's usage object means, worked out a second time and in another way than the readers do it.
enum ExpectedUsage {
  /// OpenAI: details are parts of the totals.
  static func openAI(_ object: [String: Any]) -> Usage {
    let promptDetails = details(object, "prompt_tokens_details", "input_tokens_details", "prompt_token_details")
    let completionDetails = details(object, "completion_tokens_details", "output_tokens_details")
    let prompt = count(object, "prompt_tokens") + count(object, "input_tokens")
    let completion = count(object, "completion_tokens") + count(object, "output_tokens")
    var usage = Usage()
    usage[.cachedInput] = count(promptDetails, "cached_tokens")
    usage[.cacheWrite] = count(promptDetails, "cache_write_tokens")
    usage[.inputAudio] = count(promptDetails, "audio_tokens")
    usage[.inputImage] = count(promptDetails, "image_tokens")
    usage[.input] =
      prompt - usage[.cachedInput] - usage[.cacheWrite] - usage[.inputAudio] - usage[.inputImage]
    usage[.reasoning] = count(completionDetails, "reasoning_tokens")
    usage[.outputAudio] = count(completionDetails, "audio_tokens")
    usage[.output] = completion - usage[.reasoning] - usage[.outputAudio]
    return usage
  }

  /// Anthropic: parts of the prompt are additional; entries of the iterations that are no messages are too.
  static func anthropic(_ object: [String: Any]) -> [ModelUsageOfTest] {
    let iterations = object["iterations"] as? [[String: Any]] ?? []
    let others = iterations.filter { $0["type"] as? String != "message" }
    return [ModelUsageOfTest(model: nil, usage: message(object))]
      + others.map { ModelUsageOfTest(model: $0["model"] as? String, usage: message($0)) }
  }

  /// Bedrock: what the family says, else the fields of Llama's and Titan's bodies, else the header.
  static func bedrock(_ recording: Recording, usage: [String: Any]?) -> [ModelUsageOfTest] {
    if let usage, usage["prompt_tokens"] != nil { return [ModelUsageOfTest(model: nil, usage: openAI(usage))] }
    if let usage, usage["input_tokens"] != nil { return anthropic(usage) }
    var expected = Usage()
    if let usage {
      expected[.input] = count(usage, "inputTokens")
      expected[.output] = count(usage, "outputTokens")
      expected[.cachedInput] = max(count(usage, "cacheReadInputTokens"), count(usage, "cacheReadInputTokenCount"))
      let written = max(count(usage, "cacheWriteInputTokens"), count(usage, "cacheWriteInputTokenCount"))
      for detail in usage["cacheDetails"] as? [[String: Any]] ?? [] {
        expected[detail["ttl"] as? String == "1h" ? .cacheWrite1h : .cacheWrite5m] += count(detail, "inputTokens")
      }
      expected[.cacheWrite] = written - expected[.cacheWrite5m] - expected[.cacheWrite1h]
    } else {
      let body = (try? JSONSerialization.jsonObject(with: Data(recording.reply))) as? [String: Any] ?? [:]
      expected[.input] = count(body, "prompt_token_count") + count(body, "inputTextTokenCount")
      expected[.output] = count(body, "generation_token_count")
      if expected.isEmpty { return recording.headers.usage.map { [ModelUsageOfTest(model: nil, usage: $0)] } ?? [] }
    }
    return [ModelUsageOfTest(model: nil, usage: expected)]
  }

  private static func message(_ object: [String: Any]) -> Usage {
    let split = details(object, "cache_creation", "cache_creation")
    let thinking = count(details(object, "output_tokens_details", "output_tokens_details"), "thinking_tokens")
    var usage = Usage()
    usage[.input] = count(object, "input_tokens")
    usage[.cachedInput] = count(object, "cache_read_input_tokens")
    usage[.cacheWrite5m] = count(split, "ephemeral_5m_input_tokens")
    usage[.cacheWrite1h] = count(split, "ephemeral_1h_input_tokens")
    usage[.cacheWrite] =
      count(object, "cache_creation_input_tokens") - usage[.cacheWrite5m] - usage[.cacheWrite1h]
    usage[.reasoning] = thinking
    usage[.output] = count(object, "output_tokens") - thinking
    usage[.webSearch] = count(details(object, "server_tool_use", "server_tool_use"), "web_search_requests")
    return usage
  }

  private static func details(_ object: [String: Any], _ names: String...) -> [String: Any] {
    names.lazy.compactMap { object[$0] as? [String: Any] }.first ?? [:]
  }

  private static func count(_ object: [String: Any], _ name: String) -> Int64 {
    (object[name] as? NSNumber)?.int64Value ?? 0
  }
}

struct ModelUsageOfTest: Equatable {
  var model: String?
  var usage: Usage
}
