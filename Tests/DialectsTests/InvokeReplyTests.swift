import Dialects
import Metering
import Testing

/// What a model of a family answers, and what that means.
struct FamilyReply: Sendable, CustomTestStringConvertible {
  var name: String
  /// One document, or the documents of a stream's chunks.
  var documents: [String]
  var isStream = true
  var usage: [UsageCell: Int64] = [:]
  var finish: String?
  var model: String?
  var responseID: String?
  var tools: [ToolCall] = []
  var textBytes: Int64 = 0

  var testDescription: String { name + (isStream ? ", streamed" : "") }
  var body: [UInt8] { isStream ? documents.flatMap { Frames.chunk($0) } : Array(documents.joined().utf8) }
}

@Suite("InvokeModel")
struct InvokeReplyTests {
  private static let metrics =
    #""amazon-bedrock-invocationMetrics":{"inputTokenCount":21,"outputTokenCount":8,"invocationLatency":9,"firstByteLatency":1"#

  static let families = [
    FamilyReply(
      name: "Anthropic",
      documents: [
        #"{"model":"claude-x","id":"msg_bdrk_1","type":"message","role":"assistant","content":[{"type":"text","text":"abc"},{"type":"tool_use","id":"toolu_1","name":"f","input":{"a":1}}],"stop_reason":"tool_use","usage":{"input_tokens":4,"cache_creation_input_tokens":30,"cache_read_input_tokens":2,"cache_creation":{"ephemeral_5m_input_tokens":10,"ephemeral_1h_input_tokens":20},"output_tokens":50}}"#
      ],
      isStream: false, usage: [.input: 4, .cachedInput: 2, .cacheWrite5m: 10, .cacheWrite1h: 20, .output: 50],
      finish: "tool_use", model: "claude-x", responseID: "msg_bdrk_1", tools: [ToolCall(id: "toolu_1", name: "f")],
      textBytes: 10),
    FamilyReply(
      name: "Anthropic, whose own count goes before Bedrock's",
      documents: [
        #"{"type":"message_start","message":{"id":"msg_bdrk_1","type":"message","role":"assistant","model":"claude-x","content":[],"usage":{"input_tokens":702,"output_tokens":1}}}"#,
        #"{"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}}"#,
        #"{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"Of \"course\""}}"#,
        #"{"type":"content_block_start","index":1,"content_block":{"type":"tool_use","id":"toolu_1","name":"f","input":{}}}"#,
        #"{"type":"content_block_delta","index":1,"delta":{"type":"input_json_delta","partial_json":"{}"}}"#,
        #"{"type":"message_delta","delta":{"stop_reason":"tool_use","stop_sequence":null},"usage":{"output_tokens":130}}"#,
        #"{"type":"message_stop",\#(metrics)}}"#,
      ],
      usage: [.input: 702, .output: 130], finish: "tool_use", model: "claude-x", responseID: "msg_bdrk_1",
      tools: [ToolCall(id: "toolu_1", name: "f")], textBytes: 13),
    FamilyReply(
      name: "Anthropic without the event that corrects the start",
      documents: [
        #"{"type":"message_start","message":{"id":"msg_bdrk_1","model":"claude-x","usage":{"input_tokens":702,"output_tokens":1}}}"#,
        #"{"type":"message_stop",\#(metrics),"cacheReadInputTokenCount":3,"cacheWriteInputTokenCount":4}}"#,
      ],
      usage: [.input: 21, .output: 8, .cachedInput: 3, .cacheWrite: 4], model: "claude-x", responseID: "msg_bdrk_1"),
    FamilyReply(
      name: "Claude 2",
      documents: [#"{"type":"completion","completion":" Hello","stop_reason":"stop_sequence","stop":"\n\nHuman:"}"#],
      isStream: false, finish: "stop_sequence", textBytes: 6),
    FamilyReply(
      name: "Nova",
      documents: [
        #"{"output":{"message":{"content":[{"text":"abc"},{"toolUse":{"name":"f","toolUseId":"t","input":{"x":1}}}],"role":"assistant"}},"stopReason":"tool_use","usage":{"inputTokens":427,"outputTokens":172,"totalTokens":599,"cacheReadInputTokenCount":7,"cacheWriteInputTokenCount":8}}"#
      ],
      isStream: false, usage: [.input: 427, .output: 172, .cachedInput: 7, .cacheWrite: 8], finish: "tool_use",
      tools: [ToolCall(id: "t", name: "f")], textBytes: 10),
    FamilyReply(
      name: "Nova",
      documents: [
        #"{"messageStart":{"role":"assistant"}}"#,
        #"{"contentBlockDelta":{"delta":{"text":"<thinking"},"contentBlockIndex":0}}"#,
        #"{"contentBlockStart":{"start":{"toolUse":{"toolUseId":"t","name":"f"}},"contentBlockIndex":1}}"#,
        #"{"contentBlockDelta":{"delta":{"toolUse":{"input":"{}"}},"contentBlockIndex":1}}"#,
        #"{"messageStop":{"stopReason":"tool_use"}}"#,
        #"{"metadata":{"usage":{"inputTokens":427,"outputTokens":160},"metrics":{},"trace":{}},\#(metrics)}}"#,
      ],
      usage: [.input: 427, .output: 160], finish: "tool_use", tools: [ToolCall(id: "t", name: "f")], textBytes: 11),
    FamilyReply(
      name: "Titan",
      documents: [
        #"{"inputTextTokenCount":5,"results":[{"tokenCount":7,"outputText":"abc","completionReason":"FINISH"},{"tokenCount":2,"outputText":"d","completionReason":"FINISH"}]}"#
      ],
      isStream: false, usage: [.input: 5, .output: 9], finish: "FINISH", textBytes: 4),
    FamilyReply(
      name: "Titan",
      documents: [
        #"{"outputText":"ab","index":0,"totalOutputTextTokenCount":null,"completionReason":null,"inputTextTokenCount":5}"#,
        #"{"outputText":"c","index":0,"totalOutputTextTokenCount":9,"completionReason":"LENGTH","inputTextTokenCount":null,\#(metrics)}}"#,
      ],
      usage: [.input: 5, .output: 9], finish: "LENGTH", textBytes: 3),
    FamilyReply(
      name: "Titan embeddings", documents: [#"{"embedding":[0.1,-2e-3],"inputTextTokenCount":6}"#], isStream: false,
      usage: [.input: 6]),
    FamilyReply(
      name: "Titan and Nova images", documents: [#"{"images":["iVBORw0KGgo=","AAAA"],"error":null}"#], isStream: false,
      usage: [.outputImages: 2]),
    FamilyReply(
      name: "Stability images",
      documents: [#"{"result":"success","artifacts":[{"seed":1,"base64":"AAAA","finishReason":"SUCCESS"}]}"#],
      isStream: false, usage: [.outputImages: 1]),
    FamilyReply(
      name: "Llama",
      documents: [#"{"generation":"\nWhy","prompt_token_count":8,"generation_token_count":35,"stop_reason":"stop"}"#],
      isStream: false, usage: [.input: 8, .output: 35], finish: "stop", textBytes: 4),
    FamilyReply(
      name: "Llama",
      documents: [
        #"{"generation":"a","prompt_token_count":8,"generation_token_count":1,"stop_reason":null}"#,
        #"{"generation":"b","prompt_token_count":null,"generation_token_count":2,"stop_reason":null}"#,
        #"{"generation":"","prompt_token_count":null,"generation_token_count":3,"stop_reason":"length",\#(metrics)}}"#,
      ],
      usage: [.input: 8, .output: 3], finish: "length", textBytes: 2),
    FamilyReply(
      name: "Mistral", documents: [#"{"outputs":[{"text":"abc","stop_reason":"stop"}]}"#], isStream: false,
      finish: "stop", textBytes: 3),
    FamilyReply(
      name: "Mistral",
      documents: [
        #"{"outputs":[{"text":"ab","stop_reason":null}]}"#,
        #"{"outputs":[{"text":"c","stop_reason":"length"}],\#(metrics)}}"#,
      ],
      usage: [.input: 21, .output: 8], finish: "length", textBytes: 3),
    FamilyReply(
      name: "Mistral's chat",
      documents: [
        #"{"choices":[{"index":0,"message":{"role":"assistant","content":"","tool_calls":[{"id":"abc","function":{"name":"f","arguments":"{}"}}]},"stop_reason":"tool_calls"}]}"#
      ],
      isStream: false, finish: "tool_calls", tools: [ToolCall(id: "abc", name: "f")], textBytes: 2),
    FamilyReply(
      name: "Cohere Command",
      documents: [#"{"generations":[{"finish_reason":"MAX_TOKENS","id":"g","text":"abc"}],"id":"i","prompt":"p"}"#],
      isStream: false, finish: "MAX_TOKENS", responseID: "i", textBytes: 3),
    FamilyReply(
      name: "Cohere Command R",
      documents: [
        #"{"is_finished":false,"event_type":"text-generation","text":"abc"}"#,
        #"{"is_finished":false,"event_type":"tool-calls-generation","tool_calls":[{"name":"f","parameters":{"x":1}}]}"#,
        #"{"is_finished":true,"event_type":"stream-end","response":{"text":"abc","tool_calls":[{"name":"f","parameters":{}}],"finish_reason":"COMPLETE"},"finish_reason":"COMPLETE",\#(metrics)}}"#,
      ],
      usage: [.input: 21, .output: 8], finish: "COMPLETE", tools: [ToolCall(id: "", name: "f")], textBytes: 10),
    FamilyReply(
      name: "Cohere's reranker",
      documents: [#"{"results":[{"index":1,"relevance_score":0.9},{"index":0,"relevance_score":0.1}]}"#],
      isStream: false, usage: [.rerank: 1]),
    FamilyReply(
      name: "Jurassic",
      documents: [
        #"{"id":1234,"prompt":{"text":"p","tokens":[]},"completions":[{"data":{"text":"abc","tokens":[{}]},"finishReason":{"reason":"endoftext"}}]}"#
      ],
      isStream: false, finish: "endoftext", textBytes: 3),
    FamilyReply(
      name: "Jamba",
      documents: [
        #"{"id":"chatcmpl-1","choices":[{"index":0,"message":{"role":"assistant","content":"abc","tool_calls":null},"finish_reason":"stop"}],"usage":{"prompt_tokens":11,"completion_tokens":3,"total_tokens":14}}"#
      ],
      isStream: false, usage: [.input: 11, .output: 3], finish: "stop", responseID: "chatcmpl-1", textBytes: 3),
    FamilyReply(
      name: "gpt-oss",
      documents: [
        #"{"id":"chatcmpl-1","model":"openai.gpt-oss-20b-1:0","service_tier":"default","choices":[{"index":0,"delta":{"role":"assistant","reasoning":"hm"},"finish_reason":null}]}"#,
        #"{"id":"chatcmpl-1","choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"id":"call_1","function":{"name":"f","arguments":""}}]}}]}"#,
        #"{"id":"chatcmpl-1","choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"function":{"arguments":"{}"}}]},"finish_reason":"tool_calls"}]}"#,
        #"{"id":"chatcmpl-1","choices":[],"usage":{"prompt_tokens":100,"completion_tokens":20,"total_tokens":120,"prompt_tokens_details":{"cached_tokens":30},"completion_tokens_details":{"reasoning_tokens":5}},\#(metrics)}}"#,
      ],
      usage: [.input: 70, .cachedInput: 30, .output: 15, .reasoning: 5], finish: "tool_calls",
      model: "openai.gpt-oss-20b-1:0", responseID: "chatcmpl-1", tools: [ToolCall(id: "call_1", name: "f")],
      textBytes: 4),
    FamilyReply(
      name: "DeepSeek R1",
      documents: [#"{"choices":[{"text":"abc","stop_reason":"length"}],\#(metrics)}}"#],
      usage: [.input: 21, .output: 8],
      finish: "length", textBytes: 3),
  ]

  @Test("is read whatever family answers, and whatever the id of its model is", arguments: families)
  func reading(family: FamilyReply) {
    let framing: ReplyFraming = family.isStream ? .frames : .json
    for model in ["some.model-v1:0", "arn:aws:bedrock:us-east-1:1:application-inference-profile/x", nil] {
      let facts = readBedrock(.invokeModel, family.body, framing: framing, model: model)
      #expect(answering(facts) ?? Usage() == cells(family.usage))
      #expect(facts.usage.isEmpty == family.usage.isEmpty)
      #expect(facts.finishReason == family.finish)
      #expect(facts.model == family.model)
      #expect(facts.responseID == family.responseID)
      #expect(facts.toolCalls == family.tools)
      #expect(facts.outputTextBytes == family.textBytes)
      #expect(facts.errorCode == nil)
      #expect(facts.isTerminal)
      for cut in [Cut.bytes, .random(1), .random(2)] {
        #expect(readBedrock(.invokeModel, family.body, cut, framing: framing, model: model) == facts, "\(cut)")
      }
    }
  }

  private static let headers = [
    "x-amzn-bedrock-input-token-count": "5", "x-amzn-bedrock-output-token-count": "7",
    "x-amzn-bedrock-cache-read-input-token-count": "3", "x-amzn-bedrock-cache-write-input-token-count": "2",
    "x-amzn-bedrock-invocation-latency": "141", "x-amzn-bedrock-service-tier": "flex",
  ]

  @Test("is charged by its header where the family says nothing", arguments: families.filter { !$0.isStream })
  func headers(family: FamilyReply) {
    let facts = readBedrock(.invokeModel, family.body, framing: .json, headers: Self.headers)
    let fromHeader = cells([.input: 5, .output: 7, .cachedInput: 3, .cacheWrite: 2])
    #expect(answering(facts) == (family.usage.isEmpty ? fromHeader : cells(family.usage)))
    #expect(facts.context.serviceTier == "flex")
  }

  @Test("has the tier of Bedrock, not the one that Anthropic's body names")
  func tier() {
    let body = Array(#"{"usage":{"input_tokens":1,"output_tokens":1,"service_tier":"standard"}}"#.utf8)
    #expect(readBedrock(.invokeModel, body, framing: .json).context.serviceTier == "standard")
    #expect(readBedrock(.invokeModel, body, framing: .json, headers: Self.headers).context.serviceTier == "flex")
  }

  @Test("fails within its stream as Anthropic or as Bedrock says it")
  func failures() {
    let start = Frames.chunk(#"{"type":"message_start","message":{"usage":{"input_tokens":7,"output_tokens":1}}}"#)
    let overloaded = Frames.chunk(#"{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}"#)
    #expect(readBedrock(.invokeModel, start + overloaded).errorCode == "overloaded_error")
    let facts = readBedrock(.invokeModel, start + Frames.exception("modelTimeoutException"))
    #expect(facts.errorCode == "modelTimeoutException")
    #expect(answering(facts) == cells([.input: 7]))
    #expect(!facts.isTerminal)
  }
}

@Suite("The payload of a chunk")
struct ChunkPayloadTests {
  private static let document = #"{"generation":"é€😀???>>>","prompt_token_count":8,"generation_token_count":3}"#

  @Test("is decoded whatever stands around it, and however its text is escaped")
  func spellings() {
    let base64 = Frames.base64(Self.document)
    let expected = readBedrock(.invokeModel, Frames.chunk(Self.document))
    #expect(answering(expected) == cells([.input: 8, .output: 3]))
    #expect(base64.contains("/") || base64.contains("+"))
    for payload in [
      #"{"p":"abc\"def","bytes":"\#(base64)"}"#, #" { "bytes" : "\#(base64)" } "#,
      #"{"bytes":"\#(base64.replacing("/", with: #"\/"#).replacing("+", with: #"\u002b"#))"}"#,
      #"{"bytes":"\#(base64.replacing("=", with: #"\u003D"#))","p":"bytes"}"#,
      #"{"bytes":"\#(base64.filter { $0 != "=" })"}"#,
      #"{"q":{"bytes":"AAAA"},"r":["bytes","AAAA",1],"byte":"AAAA","bytess":"AAAA","bytes":"\#(base64)"}"#,
    ] {
      for cut in [Cut.whole, .bytes, .random(9)] {
        #expect(readBedrock(.invokeModel, Frames.event("chunk", payload), cut) == expected, "\(payload), \(cut)")
      }
    }
  }

  @Test("of every length comes out as it went in")
  func lengths() {
    for length in [0, 1, 2, 3, 4, 5, 6, 767, 768, 769, 770, 771, 1535, 1536, 5000] {
      let text = String(repeating: "a", count: length)
      let facts = readBedrock(.invokeModel, Frames.chunk(#"{"generation":"\#(text)"}"#), .random(UInt64(length)))
      #expect(facts.outputTextBytes == Int64(length))
    }
  }

  @Test(
    "that is none is passed over",
    arguments: [
      "", "{}", "null", #"{"bytes":null}"#, #"{"bytes":"!!!!"}"#, #"{"bytes":"eyJ"#, "]]]]", #"{"bytes":["e30="]}"#,
      #"{"bytes":"\ud800\u00e9"}"#,
    ])
  func nonsense(payload: String) {
    let facts = readBedrock(.invokeModel, Frames.event("chunk", payload) + Frames.chunk(Self.document))
    #expect(answering(facts) == cells([.input: 8, .output: 3]))
  }
}
