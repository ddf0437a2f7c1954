import Dialects
import Foundation
import Metering
import Testing

extension Recording {
  static let vendorFolders = [
    "mistral-", "cohere-", "ollama-", "groq-", "openrouter-", "perplexity-", "deepseek-", "together-", "cerebras-",
    "huggingface-", "snowflake-", "zai-", "vllm-", "gpustack-", "pydantic-gateway-", "fireworks-", "voyage-", "mcp-",
  ]

  static let vendors = load(
    folders: folderNames(vendorFolders),
    dialects: ["mistral": .mistral, "cohere": .cohere, "ollama": .ollama, "mcp": .mcp])

  private static func folderNames(_ prefixes: [String]) -> [String] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: root.path)) ?? []
    return names.filter { name in prefixes.contains { name.hasPrefix($0) } }
  }

  var provider: String { index["provider"] ?? "" }
  var api: String { index["api"] ?? "" }
}

@Suite("Recorded exchanges of vendors", .enabled(if: Recording.isPresent))
struct VendorRecordingsTests {
  @Test("are all of APIs that are recognised")
  func allAreRecognised() throws {
    var files = 0
    for folder in try FileManager.default.contentsOfDirectory(atPath: Recording.root.path)
    where Recording.vendorFolders.contains(where: { folder.hasPrefix($0) }) {
      let path = Recording.root.appendingPathComponent(folder).path
      files += try FileManager.default.contentsOfDirectory(atPath: path).filter { $0.hasSuffix(".json") }.count
    }
    #expect(Recording.vendors.count == files)
    #expect(files > 0)
  }

  @Test("mean the usage that the provider bills", arguments: Recording.vendors)
  func usage(recording: Recording) throws {
    let facts = readReply(recording)
    let expected = VendorUsageOfTest(recording).cells
    #expect(facts.usage.map(\.usage) == (expected.map { [$0] } ?? []))
    if let raw = recording.index["usage_last_raw"].flatMap(object), recording.api != "audiotranscription" {
      #expect(
        facts.usageRaw.map { String(decoding: $0, as: UTF8.self) }.flatMap(object) as NSDictionary? == raw
          as NSDictionary)
    }
  }

  @Test("cost what the provider says, to the pico-dollar", arguments: Recording.vendors)
  func cost(recording: Recording) throws {
    // Read by the readers of audio.
    guard recording.api != "audiotranscription" else { return }
    #expect(readReply(recording).reportedCostPicodollars == VendorUsageOfTest(recording).reportedCostPicodollars)
  }

  @Test("have the tools, model, end and error of the index", arguments: Recording.vendors)
  func facts(recording: Recording) throws {
    var facts = readReply(recording)
    facts.complete(with: readRequest(recording))
    let index = recording.index
    // The index counts no tools that are called themselves: it names the method in their place.
    let isToolCall = index["finish"] == "tools/call"
    #expect(facts.toolCallCount == (isToolCall ? 1 : index["tool_calls"].flatMap(Int.init)))
    #expect(facts.toolOutcomes == (isToolCall ? [.ok] : []))
    #expect(facts.toolCalls.allSatisfy { !$0.name.isEmpty })
    #expect(facts.serverToolCalls.values.reduce(0, +) == index["server_tool_calls"].flatMap(Int.init))
    let isError = recording.status >= 400 || index["error"] == "err"
    // The index does not mark what Groq sends in a stream.
    let isErrorInStream = String(decoding: recording.reply, as: UTF8.self).contains("event: error")
    #expect((facts.errorCode != nil) == (isError || isErrorInStream))
    #expect(facts.isTerminal == !isErrorInStream || recording.status == 202)
    // It leaves the model out of what is no chat.
    guard !isError, !["rerank", "ocr", "mcp"].contains(recording.api) else { return }
    #expect(facts.model ?? "" == index["model_responded"] ?? "")
    let finishes = (index["finish"] ?? "").split(separator: ",").map(String.init)
    #expect(facts.finishReason.map { finishes.contains($0) } ?? finishes.isEmpty)
  }

  @Test("ask for what the index says", arguments: Recording.vendors)
  func requests(recording: Recording) throws {
    guard recording.api != "audiotranscription" else { return }
    let facts = readRequest(recording)
    #expect(facts.isComplete)
    #expect(!facts.isAmbiguous)
    #expect(facts.model ?? "" == recording.index["model_requested"])
    guard recording.api != "mcp" else { return }
    #expect(facts.wantsStream == (recording.index["stream"] == "yes") || recording.status >= 400)
    #expect(facts.toolResults <= recording.index["tool_results_in_request"].flatMap(Int.init) ?? 0)
    #expect(facts.promptTextBytes > 0 || recording.api == "ocr")
  }

  @Test("give the same facts however they are cut", arguments: Recording.vendors)
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

  private func object(_ text: String) -> [String: Any]? {
    try? JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any]
  }
}

/// What a vendor's reply is to be charged for, worked out from the index and the documentation, in another way than the
/// readers do it.
struct VendorUsageOfTest {
  private let recording: Recording
  private let object: [String: Any]

  init(_ recording: Recording) {
    self.recording = recording
    let raw = recording.index["usage_last_raw"] ?? ""
    object = (try? JSONSerialization.jsonObject(with: Data(raw.utf8)) as? [String: Any]) ?? [:]
  }

  var cells: Usage? {
    switch (recording.provider, recording.api) {
    case (_, "mcp"): nil
    case ("mistral", "ocr"): pages
    case (_, _) where object.isEmpty: nil
    case ("mistral", "audiotranscription"): seconds
    case ("mistral", _): mistral
    case ("cohere", _): cohere
    case ("ollama", "ollama-chat"), ("ollama", "ollama-generate"), ("ollama", "ollama-embed"): ollama
    case (_, "rerank"): DialectsTests.cells([.input: count("total_tokens")])
    default: compatible
    }
  }

  /// The header says what the body does too.
  private var pages: Usage? { DialectsTests.cells([.inputPages: recording.headers.usage?[.inputPages] ?? -1]) }

  private var seconds: Usage { DialectsTests.cells([.inputAudioTime: count("prompt_audio_seconds") * 1000]) }

  private var mistral: Usage {
    var usage = ExpectedUsage.openAI(object)
    // Audio is beside the prompt.
    usage[.input] = count("prompt_tokens") - usage[.cachedInput]
    usage[.inputAudioTime] = count("prompt_audio_seconds") * 1000
    return usage
  }

  private var cohere: Usage {
    let billed = object["billed_units"] as? [String: Any] ?? [:]
    return DialectsTests.cells([
      .input: count("input_tokens", billed), .output: count("output_tokens", billed),
      .rerank: count("search_units", billed),
    ])
  }

  private var ollama: Usage {
    DialectsTests.cells([.input: count("prompt_eval_count"), .output: count("eval_count")])
  }

  private var compatible: Usage {
    var usage = ExpectedUsage.openAI(object)
    let output = count("completion_tokens") + count("output_tokens")
    // More reasoning than output was told of once.
    usage[.reasoning] = min(usage[.reasoning], output)
    usage[.output] = max(0, output - usage[.reasoning] - usage[.outputAudio])
    usage[.webSearch] = count("web_search_requests", object["server_tool_use_details"] as? [String: Any] ?? [:])
    if recording.provider == "perplexity" { usage[.request] = 1 }
    return usage
  }

  /// By the text of the index, in decimal arithmetic.
  var reportedCostPicodollars: Int64? {
    let raw = recording.index["usage_last_raw"] ?? ""
    let pattern =
      switch recording.provider {
      case "openrouter": /"cost":([-+.eE0-9]+)/
      case "perplexity": /"total_cost":([-+.eE0-9]+)/
      default: /(?!)()/
      }
    guard let text = raw.firstMatch(of: pattern)?.1, var dollars = Decimal(string: String(text)) else { return nil }
    #expect(!raw.contains(#""is_byok":true"#))
    var picodollars = Decimal()
    dollars *= Decimal(sign: .plus, exponent: 12, significand: 1)
    NSDecimalRound(&picodollars, &dollars, 0, .bankers)
    return NSDecimalNumber(decimal: picodollars).int64Value
  }

  private func count(_ name: String, _ object: [String: Any]? = nil) -> Int64 {
    ((object ?? self.object)[name] as? NSNumber)?.int64Value ?? 0
  }
}
