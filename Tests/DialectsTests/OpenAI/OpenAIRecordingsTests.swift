import Dialects
import Foundation
import Metering
import Testing

extension Recording {
  static let openAIMedia = load(
    folders: [
      "openai-images", "openai-audiotranscription", "openai-batches", "openai-files", "openai-assistants",
      "openai-realtimehttp", "xai-batches", "xai-images", "xai-videos",
    ], dialects: ["openai": .openai, "xai": .openai])

  static let azureAndXAI = load(
    folders: ["azure-chatcompletions", "azure-embeddings", "azure-responses", "xai-responses"],
    dialects: ["azure": .openai, "xai": .openai])
}

@Suite(
  "Recorded exchanges of OpenAI's media, files and assistants, of Azure and xAI", .enabled(if: Recording.isPresent))
struct OpenAIRecordingsTests {
  @Test("of media, files and assistants mean what they bill", arguments: Recording.openAIMedia)
  func media(recording: Recording) throws {
    let (facts, items) = read(recording)
    let index = recording.index
    #expect((facts.errorCode != nil) == (recording.status >= 400))
    switch recording.endpoint.operation {
    case .management:
      // The usage of a batch is that of its lines, and charged with them.
      #expect(facts.usage.isEmpty)
      #expect(recording.endpoint.operation.isFree)
    case .fileContent:
      let lines = String(decoding: recording.reply, as: UTF8.self).split(separator: "\n").map(String.init)
      let bodies = lines.compactMap { (object($0)?["response"] as? [String: Any])?["body"] as? [String: Any] }
      #expect(items.map(\.facts.responseID) == bodies.map { $0["id"] as? String })
      #expect(
        items.map { answering($0.facts) } == bodies.map { ExpectedUsage.openAI($0["usage"] as? [String: Any] ?? [:]) })
      #expect(items.allSatisfy { $0.isBatch && $0.facts.model?.isEmpty == false })
    case .images, .videos:
      // Those that report no tokens bill the images that came; a video has its length from its request.
      let images =
        recording.endpoint.operation == .images
        ? object(String(decoding: recording.reply, as: UTF8.self))?["data"] as? [Any] : nil
      let came = (images ?? []).isEmpty ? [] : [cells([.outputImages: Int64(images?.count ?? 0)])]
      #expect(facts.usage.map(\.usage) == came)
      let ticks = object(index["usage_last_raw"] ?? "")?["cost_in_usd_ticks"] as? Int64
      #expect(facts.reportedCostPicodollars == ticks.map { $0 * 100 })
    case .transcription:
      let seconds = object(index["usage_last_raw"] ?? "")?["seconds"] as? Int64
      #expect(facts.usage.map(\.usage) == (seconds.map { [cells([.inputAudioTime: $0 * 1000])] } ?? []))
    case .assistantRun:
      // The index has not read its events; the last one says it.
      let text = String(decoding: recording.reply, as: UTF8.self)
      let usage = text.matches(of: /"usage":(\{"prompt_tokens".*?\}\})/).last.flatMap { object(String($0.1)) }
      let expected = ExpectedUsage.openAI(usage ?? [:])
      #expect(answering(facts) == expected)
      #expect(expected[.input] + expected[.cachedInput] > 0)
      #expect(facts.responseID?.hasPrefix("run_") == true)
    default: Issue.record("\(recording.endpoint.operation) is none that is expected here")
    }
    for cut in [Cut.bytes, .random(4)] {
      let other = read(recording, cut)
      #expect(other.0 == facts)
      #expect(other.1 == items)
    }
  }

  @Test("of Azure and xAI mean what the index says", arguments: Recording.azureAndXAI)
  func responses(recording: Recording) throws {
    let (facts, _) = read(recording)
    let index = recording.index
    let usage = object(index["usage_last_raw"] ?? "")
    #expect(facts.usage.map(\.usage) == (usage.map { [expected($0)] } ?? []))
    #expect(
      facts.usageRaw.map { String(decoding: $0, as: UTF8.self) }.flatMap(object) as NSDictionary? == usage
        as NSDictionary?)
    #expect(facts.model ?? "" == index["model_responded"])
    #expect(facts.toolCallCount == index["tool_calls"].flatMap(Int.init))
    #expect(facts.serverToolCalls.values.reduce(0, +) == index["server_tool_calls"].flatMap(Int.init))
    #expect(facts.finishReason ?? "" == index["finish"])
    #expect((facts.errorCode != nil) == (recording.status >= 400))
    #expect(facts.isTerminal)
    let ticks = usage?["cost_in_usd_ticks"] as? Int64 ?? 0
    #expect(facts.reportedCostPicodollars == (ticks > 0 ? ticks * 100 : nil))
    for cut in [Cut.bytes, .random(5)] { #expect(read(recording, cut).0 == facts) }
  }

  /// Cached tokens beyond the prompt are cut, images and audio come out of what is not cached; and xAI's searches.
  private func expected(_ object: [String: Any]) -> Usage {
    var usage = ExpectedUsage.openAI(object)
    let prompt = (object["prompt_tokens"] ?? object["input_tokens"]) as? Int64 ?? 0
    usage[.cachedInput] = min(usage[.cachedInput], prompt)
    usage[.inputImage] = min(usage[.inputImage], prompt - usage[.cachedInput])
    usage[.input] = prompt - usage[.cachedInput] - usage[.inputImage] - usage[.inputAudio] - usage[.cacheWrite]
    let tools = object["server_side_tool_usage_details"] as? [String: Any]
    usage[.webSearch] = tools?["web_search_calls"] as? Int64 ?? 0
    return usage
  }

  private func read(_ recording: Recording, _ cut: Cut = .whole) -> (ReplyFacts, [ReplyItem]) {
    var reader = ReplyReader(endpoint: recording.endpoint, status: recording.status, framing: recording.framing)
    var items: [ReplyItem] = []
    for range in cut.ranges(of: recording.reply.count) {
      reader.consume(recording.reply.span.bytes.extracting(range))
      items += reader.takeItems()
    }
    return (reader.finish(), items)
  }

  private func object(_ text: String) -> [String: Any]? {
    try? JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any]
  }
}
