import Dialects
import Metering
import Testing

@Suite("A socket of Gemini's Live API")
struct LiveSocketTests {
  static let setup = #"{"setup":{"model":"models/gemini-3.1-flash-live-preview"}}"#
  static let ask = #"{"client_content":{"turns":[{"parts":[{"text":"Hello"}]}],"turn_complete":true}}"#
  static let text = #"{"serverContent":{"modelTurn":{"parts":[{"text":"Hello there"}]}}}"#
  static let complete = #"{"serverContent":{"turnComplete":true}}"#

  static func usage(_ members: String) -> String { #"{"usageMetadata":{\#(members)}}"# }

  @Test("has one bill for each turn, with its whole tool loop")
  func turns() {
    let story = read([
      .client(Self.setup), .client(Self.ask),
      .server(#"{"toolCall":{"functionCalls":[{"id":"f1","name":"look","args":{}},{"name":"see"}]}}"#),
      .client(#"{"tool_response":{"function_responses":[{"id":"f1","response":{"ok":1}},{"name":"see"}]}}"#),
      .server(Self.text),
      .server(
        #"{"serverContent":{"turnComplete":true},"usageMetadata":{"promptTokenCount":7,"responseTokenCount":3}}"#),
      .client(#"{"clientContent":{"turns":{"parts":[{"text":"More"}]},"turnComplete":true}}"#),
      .server(
        #"{"server_content":{"turn_complete":true},"usage_metadata":{"prompt_token_count":12,"response_token_count":4}}"#
      ),
    ])
    #expect(story.facts.map { answering($0)?[.input] } == [7, 12])
    #expect(story.facts.map { answering($0)?[.output] } == [3, 4])
    #expect(story.facts.map(\.toolCallCount) == [2, 0])
    #expect(story.replies.map(\.request.toolResults) == [2, 0])
    #expect(story.facts.allSatisfy { $0.model == "gemini-3.1-flash-live-preview" && $0.isTerminal })
  }

  @Test(
    "takes the last segment of a model's resource for its name",
    arguments: [
      ("models/m", "m"), ("publishers/google/models/m", "m"), ("m", "m"), ("models/", "models/"),
      ("projects/p/locations/l/publishers/google/models/m@1", "m@1"),
    ])
  func models(resource: String, name: String) {
    let story = read([.client(#"{"setup":{"model":"\#(resource)"}}"#), .server(Self.usage(#""totalTokenCount":1"#))])
    #expect(story.facts[0].model == name)
  }

  @Test(
    "counts what a turn used in disjoint cells, in either spelling",
    arguments: [
      (
        #""promptTokenCount":10,"responseTokenCount":4,"thoughtsTokenCount":3,"totalTokenCount":14"#,
        [.input: 10, .output: 4, .reasoning: 3]
      ),
      (
        #""prompt_token_count":"10","candidates_token_count":"4","thoughts_token_count":"3""#,
        [.input: 10, .output: 4, .reasoning: 3]
      ),
      (#""promptTokenCount":10,"totalTokenCount":14"#, [.input: 10, .output: 4]),
      (#""promptTokenCount":10,"totalTokenCount":16,"toolUsePromptTokenCount":4"#, [.input: 14, .output: 2]),
      (
        #""promptTokenCount":10,"totalTokenCount":16,"responseTokensDetails":[{"modality":"AUDIO","tokenCount":5},{"modality":"TEXT","tokenCount":1},{"modality":"AUDIO"}]"#,
        [.input: 10, .output: 1, .outputAudio: 5]
      ),
      (
        #""promptTokenCount":482,"responseTokenCount":69,"promptTokensDetails":[{"modality":"TEXT","tokenCount":360}],"responseTokensDetails":[{"modality":"AUDIO","tokenCount":57}]"#,
        [.input: 482, .output: 12, .outputAudio: 57]
      ),
      (
        #""promptTokenCount":100,"cachedContentTokenCount":40,"promptTokensDetails":[{"modality":"AUDIO","tokenCount":50},{"modality":"VIDEO","tokenCount":20},{"modality":"DOCUMENT","tokenCount":30}],"cacheTokensDetails":[{"modality":"AUDIO","tokenCount":15}]"#,
        [.input: 5, .inputAudio: 35, .inputVideo: 20, .cachedInput: 25, .cachedInputAudio: 15]
      ),
    ] as [(String, [UsageCell: Int64])])
  func usage(members: String, expected: [UsageCell: Int64]) {
    let story = read([.client(Self.setup), .server(Self.usage(members))])
    #expect(answering(story.facts[0]) == cells(expected))
  }

  @Test("takes the bill from beside the end of a turn, from before it, or from behind it")
  func places() {
    let bill = Self.usage(#""promptTokenCount":5,"responseTokenCount":2"#)
    let orders: [[SocketMessage]] = [
      [.server(Self.text), .server(bill), .server(Self.complete)],
      [.server(Self.text), .server(Self.complete), .server(bill)],
      [.server(Self.text), .server(Self.usage(#""promptTokenCount":4"#)), .server(bill), .server(Self.complete)],
    ]
    for (number, order) in orders.enumerated() {
      let story = read([.client(Self.setup), .client(Self.ask)] + order + [.client(Self.ask)])
      #expect(story.facts.count == 2)
      #expect(answering(story.facts[0]) == cells([.input: 5, .output: 2]), "order \(number)")
      #expect(story.facts[0].isTerminal && story.facts[0].outputTextBytes == 11)
      #expect(story.facts[1].usage.isEmpty && !story.facts[1].isTerminal)
    }
  }

  @Test("ends a turn without a bill when the next one begins")
  func withoutBill() {
    let story = read([
      .client(Self.setup), .client(Self.ask), .server(Self.text), .server(Self.complete), .client(Self.ask),
      .server(Self.text), .server(Self.complete), .server(Self.text),
    ])
    #expect(story.facts.count == 3)
    #expect(story.facts.map(\.isTerminal) == [true, true, false])
  }

  @Test("begins a turn when the model speaks by itself, and not for what is no content")
  func unasked() {
    let quiet = read([
      .client(Self.setup), .server(#"{"setupComplete":{}}"#), .server(#"{"serverContent":{"interrupted":true}}"#),
      .server(#"{"sessionResumptionUpdate":{"newHandle":"h"}}"#), .server(#"{"goAway":{"timeLeft":"5s"}}"#),
      .client(#"{"realtimeInput":{"audio":{"data":"AAAA","mimeType":"audio/pcm"}}}"#),
      .server(#"{"serverContent":{"inputTranscription":{"text":"hi"}}}"#),
    ])
    #expect(quiet.responses.isEmpty)
    let audio = read([
      .client(Self.setup),
      .server(#"{"serverContent":{"modelTurn":{"parts":[{"inlineData":{"data":"AAAA","mimeType":"audio/pcm"}}]}}}"#),
      .server(#"{"serverContent":{"interrupted":true}}"#),
      .server(
        #"{"serverContent":{"turnComplete":true},"usageMetadata":{"promptTokenCount":1,"responseTokenCount":9}}"#),
    ])
    #expect(audio.facts.map(\.finishReason) == ["interrupted"])
    #expect(audio.responses[0].progress.first?.hasContent == true)
  }

  private func read(_ messages: [SocketMessage]) -> SocketStory {
    let story = readSocket(.liveSocket, dialect: .gemini, messages)
    #expect(story.problems.isEmpty)
    return story
  }
}
