import Dialects
import Foundation
import Metering
import Testing

@Suite("Recorded exchanges", .enabled(if: Recording.isPresent))
struct RecordingsTests {
  @Test("are all of APIs that are recognised")
  func allAreRecognised() throws {
    var files = 0
    for folder in Recording.folders {
      let path = Recording.root.appendingPathComponent(folder).path
      files += try FileManager.default.contentsOfDirectory(atPath: path).filter { $0.hasSuffix(".json") }.count
    }
    #expect(Recording.all.count == files)
    #expect(files > 0)
  }

  @Test("mean the usage that the provider reported", arguments: Recording.all)
  func usage(recording: Recording) throws {
    let facts = readReply(recording)
    let got = facts.usage.map { ModelUsageOfTest(model: $0.model, usage: $0.usage) }
    #expect(got == (try expectedUsage(recording)))
    #expect(
      facts.usageRaw.map { String(decoding: $0, as: UTF8.self) }.flatMap(object) as NSDictionary?
        == (recording.endpoint.operation.isFree
          ? nil : object(recording.index["usage_last_raw"] ?? "") as NSDictionary?))
  }

  @Test("have the tools, model, end and error of the index", arguments: Recording.all)
  func facts(recording: Recording) throws {
    let facts = readReply(recording)
    let index = recording.index
    #expect(facts.toolCallCount == index["tool_calls"].flatMap(Int.init))
    #expect(facts.toolCalls.count == facts.toolCallCount)
    #expect(facts.toolArguments.count == facts.toolCallCount)
    #expect(facts.toolArguments.allSatisfy { $0.form == .object || $0.form == .text })
    #expect(facts.serverToolCalls.values.reduce(0, +) == index["server_tool_calls"].flatMap(Int.init))
    #expect((facts.errorCode != nil) == (recording.status >= 400))
    #expect(facts.isTerminal)
    if !recording.endpoint.operation.isFree, recording.status == 200 {
      #expect(facts.model ?? "" == index["model_responded"])
    }
    if recording.status == 200 {
      let finishes = (index["finish"] ?? "").split(separator: ",").map(String.init)
      // The index has those of some families of InvokeModel only.
      let isIndexed = !finishes.isEmpty || recording.endpoint.operation != .invokeModel
      #expect(
        facts.finishReason.map { finishes.contains($0) || !isIndexed } ?? finishes.isEmpty,
        "\(String(describing: facts.finishReason))")
      let isPending = !finishes.isEmpty && finishes.allSatisfy { $0 == "queued" || $0 == "in_progress" }
      #expect(facts.isPending == isPending)
    }
  }

  @Test("ask for what the index says", arguments: Recording.all)
  func requests(recording: Recording) throws {
    let facts = readRequest(recording)
    guard !recording.request.isEmpty else { return }
    #expect(facts.isComplete)
    #expect(!facts.isAmbiguous)
    // The index has only the first word of an ARN.
    let isARN = recording.index["model_requested"] == "arn"
    #expect(isARN ? facts.model?.hasPrefix("arn:") == true : facts.model ?? "" == recording.index["model_requested"])
    #expect(facts.wantsStream == (recording.index["stream"] == "yes") || recording.status >= 400)
    let results = ToolResultsOfRequest(recording.request)
    // The index does not look into the requests of InvokeModel.
    if recording.endpoint.operation != .invokeModel {
      #expect(results.all == recording.index["tool_results_in_request"].flatMap(Int.init))
    }
    #expect(facts.toolResults == results.inTail)
    #expect(facts.promptTextBytes > 0 || recording.status >= 400)
    #expect(facts.promptTextBytes <= recording.request.count)
  }

  @Test("give the same facts however they are cut", arguments: Recording.all)
  func cuts(recording: Recording) {
    let whole = readReply(recording)
    let request = readRequest(recording)
    for cut in [Cut.bytes, .random(1), .random(2), .random(3)] {
      #expect(readReply(recording, cut) == whole, "\(cut)")
      #expect(readRequest(recording, cut) == request, "\(cut)")
    }
  }

  private func readReply(_ recording: Recording, _ cut: Cut = .whole) -> ReplyFacts {
    var reader = ReplyReader(
      endpoint: recording.endpoint, status: recording.status, framing: recording.framing, headers: recording.headers)
    for range in cut.ranges(of: recording.reply.count) { reader.consume(recording.reply.span.bytes.extracting(range)) }
    return reader.finish()
  }

  private func readRequest(_ recording: Recording, _ cut: Cut = .whole) -> RequestFacts {
    var reader = RequestReader(endpoint: recording.endpoint)
    for range in cut.ranges(of: recording.request.count) {
      reader.consume(recording.request.span.bytes.extracting(range))
    }
    return reader.finish()
  }

  private func expectedUsage(_ recording: Recording) throws -> [ModelUsageOfTest] {
    guard !recording.endpoint.operation.isFree else { return [] }
    let merged = recording.index["usage_merged_or_all"] ?? ""
    let raw = merged.isEmpty ? recording.index["usage_last_raw"] ?? "" : merged
    if recording.endpoint.dialect == .bedrock { return ExpectedUsage.bedrock(recording, usage: object(raw)) }
    guard let usage = object(raw) else { return [] }
    if recording.endpoint.dialect == .anthropic { return ExpectedUsage.anthropic(usage) }
    var expected = ExpectedUsage.openAI(usage)
    let body = String(decoding: recording.reply, as: UTF8.self)
    let searches = body.matches(of: /"num_requests"\s*:\s*(\d+)/).last?.1
    expected[.webSearch] = searches.flatMap { Int64($0) } ?? 0
    // OpenAI's search models search once for each request, and count it nowhere.
    if body.contains("url_citation"), recording.index["model_responded"]?.contains("-search-") == true {
      expected[.webSearch] = 1
    }
    return [ModelUsageOfTest(model: nil, usage: expected)]
  }

  private func object(_ text: String) -> [String: Any]? {
    try? JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any]
  }
}

/// The tool results of a request, counted in its parsed tree.
private struct ToolResultsOfRequest {
  var all = 0
  var inTail = 0

  init(_ body: [UInt8]) {
    let root = (try? JSONSerialization.jsonObject(with: Data(body))) as? [String: Any] ?? [:]
    let items = root["messages"] as? [[String: Any]] ?? root["input"] as? [[String: Any]] ?? []
    for item in items {
      let type = item["type"] as? String ?? ""
      let role = item["role"] as? String ?? ""
      let blocks = item["content"] as? [[String: Any]] ?? []
      var results = blocks.filter { $0["type"] as? String == "tool_result" || $0["toolResult"] != nil }.count
      if role == "tool" || role == "function" || type.hasSuffix("_call_output") { results += 1 }
      let isModel = role == "assistant" || type == "reasoning" || type.hasSuffix("_call")
      all += results
      inTail = isModel ? 0 : inTail + results
    }
  }
}
