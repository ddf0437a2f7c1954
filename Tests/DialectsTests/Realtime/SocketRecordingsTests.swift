import Dialects
import Foundation
import Metering
import Testing

@Suite("The recorded sessions on sockets", .enabled(if: Recording.isPresent))
struct SocketRecordingsTests {
  static let cuts: [Cut] = [.whole, .bytes, .random(7), .random(20_261_123)]

  @Test("are read with the usage, models, tool calls and ends that they have, however their messages are cut")
  func usage() {
    #expect(SocketRecording.all.count >= 12)
    for recording in SocketRecording.all {
      for cut in Self.cuts {
        let story = read(recording, cut)
        let place = Comment("\(recording.name), \(cut)")
        #expect(story.problems.isEmpty, place)
        let (bills, transcriptions) = split(story.replies)
        #expect(
          bills.map { answering($0.facts) } == recording.usageObjects.map { ExpectedSocketUsage.cells($0) }, place)
        #expect(
          transcriptions.map { answering($0.facts) }
            == recording.transcriptionUsageObjects.map { ExpectedSocketUsage.cells($0) }, place)
        let model = recording.index["model_responded"]?.split(separator: "/").last.map(String.init)
        #expect(bills.allSatisfy { $0.facts.model == model }, place)
        #expect(bills.allSatisfy { $0.facts.isTerminal && $0.status == 200 && $0.facts.errorCode == nil }, place)
        #expect(bills.reduce(0) { $0 + $1.facts.toolCallCount } == Int(recording.index["tool_calls"] ?? ""), place)
        #expect(
          bills.reduce(0) { $0 + $1.request.toolResults } == Int(recording.index["tool_results_in_request"] ?? ""),
          place)
        let finish = Set(bills.compactMap(\.facts.finishReason)).subtracting(["turn_complete"]).sorted()
        #expect(finish.joined(separator: ",") == recording.index["finish"] ?? "", place)
      }
    }
  }

  @Test("name each response once, by the provider's id where it has one")
  func identities() {
    for recording in SocketRecording.all where recording.endpoint.dialect == .openai {
      let ids = read(recording, .whole).facts.map(\.responseID)
      #expect(ids.allSatisfy { $0 != nil } && Set(ids).count == ids.count, "\(recording.name)")
    }
  }

  private func read(_ recording: SocketRecording, _ cut: Cut) -> SocketStory {
    readSocket(recording.endpoint.operation, dialect: recording.endpoint.dialect, recording.messages, cut)
  }

  private func split(_ replies: [SocketReply]) -> (bills: [SocketReply], transcriptions: [SocketReply]) {
    let isTranscription = { (reply: SocketReply) in
      reply.facts.responseID?.hasPrefix("item_") == true
    }
    return (replies.filter { !isTranscription($0) }, replies.filter(isTranscription))
  }
}

/// What a usage object of a socket means, worked out a second time and in another way than the readers do it.
enum ExpectedSocketUsage {
  static func cells(_ object: [String: Any]) -> Usage? {
    if let seconds = object["billable_audio_seconds"] as? NSNumber {
      // In these recordings each response was asked for with at most one message of text.
      let asked = count(object["input_token_details"], "text_tokens") > 0 ? Int64(1) : 0
      return Metering.Usage([.audioTime: Int64(seconds.doubleValue * 1000), .inputMessages: asked])
    }
    if object["type"] as? String == "duration" {
      return Metering.Usage([.inputAudioTime: Int64(((object["seconds"] as? NSNumber)?.doubleValue ?? 0) * 1000)])
    }
    return object["promptTokenCount"] == nil ? realtime(object) : live(object)
  }

  private static func realtime(_ object: [String: Any]) -> Usage {
    let input = object["input_token_details"] as? [String: Any] ?? [:]
    let cached = input["cached_tokens_details"] as? [String: Any] ?? [:]
    let output = object["output_token_details"] as? [String: Any] ?? [:]
    return Metering.Usage([
      .cachedInput: count(cached, "text_tokens"), .cachedInputAudio: count(cached, "audio_tokens"),
      .cachedInputImage: count(cached, "image_tokens"),
      .input: count(input, "text_tokens") - count(cached, "text_tokens"),
      .inputAudio: count(input, "audio_tokens") - count(cached, "audio_tokens"),
      .inputImage: count(input, "image_tokens") - count(cached, "image_tokens"),
      .output: count(object, "output_tokens") - count(output, "audio_tokens") - count(output, "reasoning_tokens"),
      .outputAudio: count(output, "audio_tokens"), .reasoning: count(output, "reasoning_tokens"),
    ])
  }

  private static func live(_ object: [String: Any]) -> Usage {
    let prompt = count(object, "promptTokenCount")
    let promptAudio = audio(object["promptTokensDetails"])
    let replyAudio = audio(object["responseTokensDetails"]) + audio(object["candidatesTokensDetails"])
    // In a Live session the total is the prompt and the reply, whatever the reply's count is called.
    let reply = count(object, "totalTokenCount") - prompt
    return Metering.Usage([
      .input: prompt - promptAudio, .inputAudio: promptAudio, .output: reply - replyAudio, .outputAudio: replyAudio,
      .reasoning: count(object, "thoughtsTokenCount"),
    ])
  }

  private static func audio(_ details: Any?) -> Int64 {
    (details as? [[String: Any]] ?? []).filter { $0["modality"] as? String == "AUDIO" }
      .reduce(0) { $0 + count($1, "tokenCount") }
  }

  private static func count(_ object: Any?, _ name: String) -> Int64 {
    ((object as? [String: Any])?[name] as? NSNumber)?.int64Value ?? 0
  }
}

extension Metering.Usage {
  init(_ counts: [UsageCell: Int64]) { self = cells(counts) }
}
