import Dialects
import Metering
import Testing

/// Reads a reply of Bedrock.
func readBedrock(
  _ operation: Dialects.Operation, _ body: [UInt8], _ cut: Cut = .whole, framing: ReplyFraming = .frames,
  status: Int = 200, model: String? = "us.anthropic.claude-x-v1:0", headers: [String: String] = [:]
) -> ReplyFacts {
  var fields = ReplyHeaders()
  for (name, value) in headers { fields.read(name: name, value: value) }
  let endpoint = Endpoint(dialect: .bedrock, operation: operation, model: model, streams: framing == .frames)
  var reader = ReplyReader(endpoint: endpoint, status: status, framing: framing, headers: fields)
  for range in cut.ranges(of: body.count) { reader.consume(body.span.bytes.extracting(range)) }
  return reader.finish()
}

@Suite("Converse")
struct ConverseReplyTests {
  static let document = #"""
    {"metrics":{"latencyMs":2190},"output":{"message":{"role":"assistant","content":[
     {"reasoningContent":{"reasoningText":{"text":"hmm","signature":"AAAA"}}},
     {"text":"abc"},{"citationsContent":{"citations":[{"title":"long"}],"content":[{"text":"cited"}]}},
     {"toolUse":{"toolUseId":"t1","name":"f","input":{"x":1}}},
     {"toolUse":{"toolUseId":"t2","name":"nova_grounding","input":{},"type":"server_tool_use"}},
     {"toolResult":{"toolUseId":"t2","content":[{"text":"not the model's"}],"status":"success"}},
     {"toolUse":{"name":"g","toolUseId":"t3","input":{},"type":"tool_use"}}]}},
     "stopReason":"tool_use","serviceTier":{"type":"flex"},"performanceConfig":{"latency":"optimized"},
     "trace":{"promptRouter":{"invokedModelId":"arn:aws:bedrock:us-east-1:1:inference-profile/us.meta.llama3-1-8b-instruct-v1:0"}},
     "usage":{"inputTokens":10,"outputTokens":4,"totalTokens":7365,"cacheReadInputTokens":3,"cacheReadInputTokenCount":3,
      "cacheWriteInputTokenCount":7351,"cacheWriteInputTokens":7351,
      "cacheDetails":[{"ttl":"1h","inputTokens":51},{"inputTokens":7000,"ttl":"5m"}],"serverToolUsage":{}}}
    """#

  @Test("is read from one document")
  func document() {
    for cut in [Cut.whole, .bytes, .random(1)] {
      let facts = readBedrock(.converse, Array(Self.document.utf8), cut, framing: .json)
      #expect(
        answering(facts)
          == cells([
            .input: 10, .output: 4, .cachedInput: 3, .cacheWrite5m: 7000, .cacheWrite1h: 51, .cacheWrite: 300,
          ]))
      #expect(facts.toolCalls == [ToolCall(id: "t1", name: "f"), ToolCall(id: "t3", name: "g")])
      #expect(facts.serverToolCalls == ["nova_grounding": 1])
      #expect(facts.finishReason == "tool_use")
      #expect(facts.model == "us.meta.llama3-1-8b-instruct-v1:0")
      #expect(facts.modelPriced == facts.model)
      #expect(facts.context.serviceTier == "flex")
      #expect(facts.context.speed == "optimized")
      #expect(facts.outputTextBytes == 3 + 3 + 5 + 7 + 2 + 2)
      #expect(facts.isTerminal)
    }
  }

  static let stream: [[UInt8]] = [
    Frames.event("messageStart", #"{"p":"abc","role":"assistant"}"#),
    Frames.event("contentBlockDelta", #"{"contentBlockIndex":0,"delta":{"reasoningContent":{"text":"hm"}},"p":"a"}"#),
    Frames.event(
      "contentBlockDelta", #"{"contentBlockIndex":0,"delta":{"reasoningContent":{"signature":"AA"}},"p":"a"}"#),
    Frames.event("contentBlockDelta", #"{"contentBlockIndex":1,"delta":{"text":"Hé"},"p":"abcdefghijk"}"#),
    Frames.event(
      "contentBlockStart",
      #"{"contentBlockIndex":2,"p":"a","start":{"toolUse":{"name":"f","toolUseId":"t1"}}}"#),
    Frames.event("contentBlockDelta", #"{"contentBlockIndex":2,"delta":{"toolUse":{"input":"{\"x\":"}}}"#),
    Frames.event("contentBlockDelta", #"{"contentBlockIndex":2,"delta":{"toolUse":{"input":"1}"}}}"#),
    Frames.event(
      "contentBlockStart",
      #"{"contentBlockIndex":3,"start":{"toolUse":{"name":"nova_code_interpreter","toolUseId":"t2","type":"server_tool_use"}}}"#
    ),
    Frames.event("contentBlockStart", #"{"contentBlockIndex":4,"start":{"toolResult":{"toolUseId":"t2"}}}"#),
    Frames.event("contentBlockStop", #"{"contentBlockIndex":4}"#),
    Frames.event("messageStop", #"{"p":"ab","stopReason":"tool_use"}"#),
    Frames.event(
      "metadata",
      #"{"metrics":{"latencyMs":1},"p":"abc","serviceTier":{"type":"priority"},"usage":{"inputTokens":5,"outputTokens":9,"totalTokens":14}}"#
    ),
  ]

  @Test("is read from the frames that build it, of which the last has the usage")
  func frames() {
    let body = Self.stream.flatMap(\.self)
    let facts = readBedrock(.converse, body)
    #expect(answering(facts) == cells([.input: 5, .output: 9]))
    #expect(facts.usageRaw.map { String(decoding: $0, as: UTF8.self) }?.hasPrefix(#"{"inputTokens":5"#) == true)
    #expect(facts.toolCalls == [ToolCall(id: "t1", name: "f")])
    #expect(facts.serverToolCalls == ["nova_code_interpreter": 1])
    #expect(facts.finishReason == "tool_use")
    #expect(facts.context.serviceTier == "priority")
    #expect(facts.model == nil)
    #expect(facts.modelPriced == "us.anthropic.claude-x-v1:0")
    #expect(facts.outputTextBytes == 2 + 3 + 5 + 2)
    #expect(facts.contentDeltas == 4)
    #expect(facts.isTerminal)
    #expect(readBedrock(.converse, body, .bytes) == facts)
    for seed in UInt64(0)..<20 { #expect(readBedrock(.converse, body, .random(seed)) == facts, "seed \(seed)") }
  }

  @Test("that ends before its usage is cut")
  func cutShort() {
    for end in 0..<Self.stream.count {
      let facts = readBedrock(.converse, Self.stream[..<end].flatMap(\.self))
      #expect(!facts.isTerminal)
      #expect(facts.usage.isEmpty)
    }
  }

  @Test("that fails within a 200 has the exception's name, and what was generated before")
  func exceptions() {
    let begun = Self.stream[..<4].flatMap(\.self)
    for (frame, code) in [
      (Frames.exception("throttlingException"), "throttlingException"),
      (
        Frames.exception("modelStreamErrorException", #"{"message":"m","originalStatusCode":500}"#),
        "modelStreamErrorException"
      ),
      (
        Frames.frame([(":message-type", "error"), (":error-code", "InternalFailure"), (":error-message", "m")], ""),
        "InternalFailure"
      ),
      (Frames.frame([(":message-type", "exception")], "{}"), "error"),
    ] {
      let facts = readBedrock(.converse, begun + frame)
      #expect(facts.errorCode == code)
      #expect(!facts.isTerminal)
      #expect(facts.usage.isEmpty)
      #expect(facts.outputTextBytes == 5)
      // Nothing that may still come makes it whole.
      #expect(!readBedrock(.converse, begun + frame + (Self.stream.last ?? [])).isTerminal)
    }
  }

  @Test("that is refused has the error of its header, else of its status")
  func refused() {
    let body = Array(#"{"message":"The provided model identifier is invalid."}"#.utf8)
    for (type, code) in [
      ("ValidationException:http://internal.amazon.com/coral/com.amazon.bedrock/", "ValidationException"),
      ("ThrottlingException", "ThrottlingException"), ("com.amazon.coral#ServiceUnavailable:", "ServiceUnavailable"),
    ] {
      #expect(
        readBedrock(.converse, body, framing: .json, status: 400, headers: ["x-amzn-errortype": type]).errorCode == code
      )
    }
    #expect(readBedrock(.converse, body, framing: .json, status: 400).errorCode == "error")
    #expect(readBedrock(.converse, body, status: 503).errorCode == "error")
  }

  @Test("is priced by the model that the path names, as far as that names one")
  func pricedModels() {
    for (model, priced) in [
      ("global.anthropic.claude-x", "global.anthropic.claude-x"),
      ("arn:aws:bedrock:us-east-1::foundation-model/anthropic.claude-x-v1:0", "anthropic.claude-x-v1:0"),
      ("arn:aws:bedrock:eu-west-1:123456789012:inference-profile/eu.amazon.nova-pro-v1:0", "eu.amazon.nova-pro-v1:0"),
      ("arn:aws:bedrock:eu-west-1:123456789012:application-inference-profile/abc123", nil),
      ("arn:aws:sagemaker:us-east-1:1:endpoint/x", nil),
    ] as [(String, String?)] {
      #expect(readBedrock(.converse, Array("{}".utf8), framing: .json, model: model).modelPriced == priced)
    }
  }
}

@Suite("A damaged stream of frames")
struct DamagedFramesTests {
  @Test("is forgotten from the damaged frame on")
  func damaged() {
    let frames = ConverseReplyTests.stream
    for place in frames.indices {
      var body = frames.flatMap(\.self)
      let end = frames[...place].map(\.count).reduce(0, +)
      body[end - 1] ^= 1
      let before = readBedrock(.converse, frames[..<place].flatMap(\.self))
      for cut in [Cut.whole, .bytes, .random(3)] {
        var facts = readBedrock(.converse, body, cut)
        #expect(facts.isDamaged && !facts.isTerminal && facts.usage.isEmpty)
        facts.isDamaged = false
        #expect(facts == before, "frame \(place), \(cut)")
      }
    }
  }

  @Test("that ends within a frame knows what came before it")
  func openEnd() {
    let frames = ConverseReplyTests.stream
    let body = frames.flatMap(\.self)
    for end in body.indices {
      var whole = 0
      var bytes = 0
      while whole < frames.count, bytes + frames[whole].count <= end {
        bytes += frames[whole].count
        whole += 1
      }
      let facts = readBedrock(.converse, Array(body[..<end]), .random(UInt64(end)))
      #expect(facts == readBedrock(.converse, Array(body[..<bytes])), "\(end) bytes")
      #expect(!facts.isDamaged)
    }
  }

  @Test("never traps, wherever it is broken")
  func mutated() {
    let original =
      ConverseReplyTests.stream.flatMap(\.self) + Frames.chunk(#"{"type":"message_stop"}"#)
    var random = SeededRandom(seed: 5)
    for _ in 0..<2000 {
      var body = original
      for _ in 0..<3 { body[Int(random.next() % UInt64(body.count))] = UInt8(truncatingIfNeeded: random.next()) }
      _ = readBedrock(.converse, body, .random(random.next()))
      _ = readBedrock(.invokeModel, Array(body.prefix(Int(random.next() % UInt64(body.count)))))
    }
  }
}
