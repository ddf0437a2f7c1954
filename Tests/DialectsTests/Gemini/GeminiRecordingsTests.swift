import Dialects
import Foundation
import Metering
import Testing

/// The recorded exchanges over HTTP with Gemini and Vertex.
private let recordings = Recording.load(folders: [
  "gemini-batches", "gemini-cachedcontents", "gemini-chatcompletions", "gemini-embeddings", "gemini-generatecontent",
  "gemini-interactions", "vertex-counttokens", "vertex-embeddings", "vertex-generatecontent",
])

@Suite("Google's recorded exchanges", .enabled(if: Recording.isPresent))
struct GeminiRecordingsTests {
  @Test("are all of APIs that are recognised")
  func allAreRecognised() throws {
    let root = Recording.root
    let folders = try FileManager.default.contentsOfDirectory(atPath: root.path).filter {
      ($0.hasPrefix("gemini-") || $0.hasPrefix("vertex-")) && $0 != "gemini-live"
    }
    let files = try folders.map {
      try FileManager.default.contentsOfDirectory(atPath: root.appendingPathComponent($0).path).filter {
        $0.hasSuffix(".json")
      }.count
    }.reduce(0, +)
    #expect(recordings.count == files)
    #expect(recordings.allSatisfy { $0.endpoint.dialect == .gemini })
  }

  @Test("mean the usage that the provider reported", arguments: recordings)
  func usage(recording: Recording) throws {
    let facts = read(recording).facts
    #expect(facts.usage == (try expectedUsage(recording)))
    let raw = facts.usageRaw.map { String(decoding: $0, as: UTF8.self) }.flatMap(object) as NSDictionary?
    let isFree = recording.endpoint.operation.isFree
    #expect(raw == (isFree ? nil : object(recording.index["usage_last_raw"] ?? "") as NSDictionary?))
  }

  @Test("have the tools, model, end and error of the index", arguments: recordings)
  func facts(recording: Recording) throws {
    let facts = read(recording).facts
    let index = recording.index
    #expect(facts.toolCallCount == index["tool_calls"].flatMap(Int.init))
    #expect(facts.serverToolCalls.values.reduce(0, +) == index["server_tool_calls"].flatMap(Int.init))
    #expect((facts.errorCode != nil) == (recording.status >= 400))
    #expect(facts.isTerminal)
    #expect(recording.status != 200 || (facts.model ?? "") == index["model_responded"])
    let finishes = (index["finish"] ?? "").split(separator: ",").map(String.init)
    #expect(facts.finishReason.map { finishes.contains($0) } ?? finishes.isEmpty)
  }

  @Test("ask for what the index says", arguments: recordings)
  func requests(recording: Recording) throws {
    guard !recording.request.isEmpty else { return }
    let facts = readRequest(recording)
    #expect(facts.isComplete)
    #expect(!facts.isAmbiguous)
    #expect((facts.model ?? "") == recording.index["model_requested"])
    #expect(facts.wantsStream == (recording.index["stream"] == "yes"))
    let results = Self.toolResults(recording)
    #expect(results.all == recording.index["tool_results_in_request"].flatMap(Int.init))
    #expect(facts.toolResults == results.inTail)
    #expect(facts.promptTextBytes > 0)
    #expect(facts.promptTextBytes <= recording.request.count)
  }

  @Test("of batches have each reply once, however often they are read")
  func batches() throws {
    let items = recordings.filter { $0.endpoint.operation == .batchGenerateContent }.map { read($0).items }
    #expect(items.contains { $0.isEmpty })
    let replies = items.flatMap { $0 }
    #expect(!replies.isEmpty)
    #expect(Set(replies.map(\.facts.responseID)).count == replies.count)
    for reply in replies {
      let raw = try #require(reply.facts.usageRaw.map { String(decoding: $0, as: UTF8.self) }.flatMap(object))
      #expect(answering(reply.facts) == ExpectedGeminiUsage.usage(raw))
    }
  }

  @Test("give the same facts however they are cut", arguments: recordings)
  func cuts(recording: Recording) {
    let whole = read(recording)
    let request = readRequest(recording)
    for cut in [Cut.bytes, .random(1), .random(2), .random(3)] {
      let (facts, items) = read(recording, cut)
      #expect(facts == whole.facts, "\(cut)")
      #expect(items == whole.items, "\(cut)")
      #expect(readRequest(recording, cut) == request, "\(cut)")
    }
  }

  /// Results in all of a request, and in its new tail: behind the last turn of the model.
  private static func toolResults(_ recording: Recording) -> (all: Int, inTail: Int) {
    let root = object(String(decoding: recording.request, as: UTF8.self)) ?? [:]
    let turns = root["contents"] as? [[String: Any]] ?? root["messages"] as? [[String: Any]] ?? []
    var (all, inTail) = (0, 0)
    for turn in turns {
      let parts = turn["parts"] as? [[String: Any]] ?? []
      let isTool = turn["role"] as? String == "tool"
      let results = parts.filter { $0["functionResponse"] != nil || $0["function_response"] != nil }.count
      all += results + (isTool ? 1 : 0)
      inTail = ["model", "assistant"].contains(turn["role"] as? String) ? 0 : inTail + results + (isTool ? 1 : 0)
    }
    return (all, inTail)
  }

  private func read(_ recording: Recording, _ cut: Cut = .whole) -> (facts: ReplyFacts, items: [ReplyItem]) {
    var reader = ReplyReader(endpoint: recording.endpoint, status: recording.status, framing: recording.framing)
    var items: [ReplyItem] = []
    for range in cut.ranges(of: recording.reply.count) {
      reader.consume(recording.reply.span.bytes.extracting(range))
      items += reader.takeItems()
    }
    return (reader.finish(), items)
  }

  private func readRequest(_ recording: Recording, _ cut: Cut = .whole) -> RequestFacts {
    var reader = RequestReader(endpoint: recording.endpoint)
    for range in cut.ranges(of: recording.request.count) {
      reader.consume(recording.request.span.bytes.extracting(range))
    }
    return reader.finish()
  }

  /// From the last usage of the index, with every member that only an earlier chunk had.
  private func expectedUsage(_ recording: Recording) throws -> [ModelUsage] {
    let documents = Self.documents(recording)
    if recording.endpoint.operation == .cachedContents {
      let stored = (documents.first?["usageMetadata"] as? [String: Any])?["totalTokenCount"] as? Int64 ?? 0
      // The only one recorded lives for five minutes.
      return [ModelUsage(model: nil, usage: cells([.cacheStorage: (stored * 300 + 1800) / 3600]))]
    }
    guard let last = object(recording.index["usage_last_raw"] ?? ""), !recording.endpoint.operation.isFree else {
      return []
    }
    if recording.endpoint.operation == .chatCompletions {
      return [ModelUsage(model: nil, usage: ExpectedGeminiUsage.compatible(last))]
    }
    var merged: [String: Any] = [:]
    for document in documents { merged.merge(document["usageMetadata"] as? [String: Any] ?? [:]) { $1 } }
    var usage = ExpectedGeminiUsage.usage(merged.merging(last) { $1 })
    usage[.webSearch] = ExpectedGeminiUsage.searches(documents, model: recording.index["model_responded"] ?? "")
    return [ModelUsage(model: nil, usage: usage)]
  }

  private static func documents(_ recording: Recording) -> [[String: Any]] {
    let text = String(decoding: recording.reply, as: UTF8.self)
    let parts =
      recording.framing == .serverSentEvents
      ? text.split(whereSeparator: \.isNewline).filter { $0.hasPrefix("data:") }.map { $0.dropFirst(5) } : [text[...]]
    return parts.compactMap { object(String($0)) }
  }
}

/// What Google's usage means, worked out a second time and in another way than the readers do it.
private enum ExpectedGeminiUsage {
  static func usage(_ object: [String: Any]) -> Usage {
    let prompt = media(object, "promptTokensDetails", "promptTokenDetails")
    let cached = media(object, "cacheTokensDetails", "")
    let tools = media(object, "toolUsePromptTokensDetails", "")
    let output = media(object, "candidatesTokensDetails", "")
    var usage = Usage()
    let parts: [(String, UsageCell, UsageCell, UsageCell)] = [
      ("AUDIO", .inputAudio, .cachedInputAudio, .outputAudio), ("IMAGE", .inputImage, .cachedInputImage, .outputImage),
      ("VIDEO", .inputVideo, .cachedInputVideo, .outputVideo),
    ]
    for (name, input, read, written) in parts {
      usage[read] = cached[name] ?? 0
      usage[input] = max(0, (prompt[name] ?? 0) - usage[read]) + (tools[name] ?? 0)
      usage[written] = output[name] ?? 0
    }
    let all = count(object, "promptTokenCount") + count(object, "toolUsePromptTokenCount")
    usage[.cachedInput] = count(object, "cachedContentTokenCount") - cached.values.reduce(0, +)
    usage[.input] = all - usage.promptTokens
    usage[.output] = count(object, "candidatesTokenCount") - output.values.reduce(0, +)
    usage[.reasoning] = count(object, "thoughtsTokenCount")
    return usage
  }

  static func compatible(_ object: [String: Any]) -> Usage {
    let thoughts = count(object, "total_tokens") - count(object, "prompt_tokens") - count(object, "completion_tokens")
    return cells([
      .input: count(object, "prompt_tokens"), .output: count(object, "completion_tokens"), .reasoning: thoughts,
    ])
  }

  static func searches(_ documents: [[String: Any]], model: String) -> Int64 {
    let queries = documents.flatMap { $0["candidates"] as? [[String: Any]] ?? [] }.flatMap {
      ($0["groundingMetadata"] as? [String: Any])?["webSearchQueries"] as? [String] ?? []
    }
    let different = Int64(Set(queries.filter { !$0.isEmpty }).count)
    return model.hasPrefix("gemini-1") || model.hasPrefix("gemini-2") ? min(1, different) : different
  }

  /// Tokens by their kind, text and documents left out.
  private static func media(_ object: [String: Any], _ name: String, _ other: String) -> [String: Int64] {
    let details = object[name] as? [[String: Any]] ?? object[other] as? [[String: Any]] ?? []
    let named = details.map { ($0["modality"] as? String ?? "TEXT", count($0, "tokenCount")) }
    return Dictionary(named.filter { $0.0 != "TEXT" && $0.0 != "DOCUMENT" }) { $0 + $1 }
  }

  private static func count(_ object: [String: Any], _ name: String) -> Int64 {
    (object[name] as? NSNumber)?.int64Value ?? (object[name] as? String).flatMap { Int64($0) } ?? 0
  }
}

private func object(_ text: String) -> [String: Any]? {
  try? JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any]
}
