import Dialects
import Metering
import Testing

@Suite("Replies of images, audio and videos")
struct MediaReplyTests {
  // MARK: Images

  @Test("of images have usage by text and image")
  func images() {
    let facts = readReply(
      .images,
      #"""
      {"created":1,"size":"1024x1536","quality":"high","data":[{"b64_json":"AAAA"}],"usage":{"input_tokens":60,
      "input_tokens_details":{"text_tokens":10,"image_tokens":50},"output_tokens":4200,
      "output_tokens_details":{"image_tokens":4160,"text_tokens":40},"total_tokens":4260},
      "svg_usage":{"model":"gpt-5.2","input_tokens":7,"output_tokens":9,"reasoning_tokens":4,"total_tokens":16}}
      """#)
    #expect(
      facts.usage == [
        ModelUsage(
          model: nil, usage: cells([.input: 10, .inputImage: 50, .output: 40, .outputImage: 4160])),
        ModelUsage(model: "gpt-5.2", usage: cells([.input: 7, .output: 5, .reasoning: 4])),
      ])
    #expect(facts.context.size == "1024x1536")
    #expect(facts.context.quality == "high")
    #expect(facts.isTerminal)
    #expect(facts.outputTextBytes == 0)
  }

  @Test("of images count output as images where it is not split, and leave open what `auto` leaves open")
  func imagesUnsplit() {
    let facts = readReply(
      .images, #"{"data":[],"size":"auto","quality":"auto","usage":{"input_tokens":5,"output_tokens":8}}"#)
    #expect(answering(facts) == cells([.input: 5, .outputImage: 8]))
    #expect(facts.context == PricingContext())
  }

  @Test("of images end their stream with its usage", arguments: ["image_generation", "image_edit"])
  func imageStream(kind: String) {
    let events = [
      #"{"type":"\#(kind).partial_image","b64_json":"AA","partial_image_index":0,"size":"1024x1024"}"#,
      #"{"type":"\#(kind).completed","b64_json":"AA","quality":"low","usage":{"input_tokens":5,"output_tokens":272,"total_tokens":277,"input_tokens_details":{"text_tokens":5,"image_tokens":0}}}"#,
    ]
    let facts = readStream(.images, events)
    #expect(answering(facts) == cells([.input: 5, .outputImage: 272]))
    #expect(facts.isTerminal)
    #expect(facts.context.size == "1024x1024")
    #expect(!readStream(.images, [events[0]]).isTerminal)
  }

  @Test("of images without tokens are counted by the images that came, however many were asked for")
  func imagesByNumber() {
    let replies: [(body: String, images: Int64?)] = [
      (#"{"created":1,"data":[{"url":"x"},{"b64_json":"eA=="}]}"#, 2), (#"{"data":[{"url":"x","b64_json":"y"}]}"#, 1),
      (#"{"data":[]}"#, 0), (#"{"data":[{"url":null},{"revised_prompt":"x"},{"url":"x"}]}"#, 1),
      (#"{"data":[{"url":"x"}],"usage":{"input_tokens":0,"output_tokens":0,"total_tokens":0}}"#, 1),
      (#"{"error":{"code":"bad"}}"#, nil),
    ]
    for (body, images) in replies {
      #expect(answering(readReply(.images, body)) == images.map { cells([.outputImages: $0]) }, "\(body)")
      #expect(readReply(.images, Array(body.utf8), .bytes) == readReply(.images, body))
    }
    let events = [
      #"{"type":"image_generation.partial_image","b64_json":"a"}"#,
      #"{"type":"image_generation.completed","b64_json":"a"}"#,
    ]
    #expect(answering(readStream(.images, events)) == cells([.outputImages: 1]))
    #expect(readStream(.images, [events[0]]).usage.isEmpty)
    #expect(readRequest(.images, #"{"prompt":"a","n":9223372036854775807}"#).usage[.outputImages] <= 16)
  }

  @Test("of images may say nothing but what they cost")
  func imageCost() {
    let facts = readReply(.images, #"{"data":[{"url":"u"}],"usage":{"cost_in_usd_ticks":200000000}}"#)
    // 0.02 dollars.
    #expect(facts.reportedCostPicodollars == 20_000_000_000)
    #expect(facts.usageRaw.map { String(decoding: $0, as: UTF8.self) } == #"{"cost_in_usd_ticks":200000000}"#)
    #expect(answering(facts) == cells([.outputImages: 1]))
  }

  // MARK: Audio

  @Test(
    "of transcriptions count tokens or seconds",
    arguments: [
      (
        #"{"text":"abc","usage":{"type":"tokens","input_tokens":14,"input_token_details":{"text_tokens":4,"audio_tokens":10},"output_tokens":45,"total_tokens":59}}"#,
        [.input: 4, .inputAudio: 10, .output: 45]
      ),
      (#"{"text":"abc","usage":{"type":"duration","seconds":7}}"#, [.inputAudioTime: 7000]),
      (#"{"text":"abc","usage":{"type":"duration","seconds":7.25}}"#, [.inputAudioTime: 7250]),
      (#"{"text":"abc","usage":{"seconds":"1.5e1","type":"duration"},"duration":14.9}"#, [.inputAudioTime: 15_000]),
      (#"{"task":"transcribe","duration":8.470000267028809,"text":"abc"}"#, [.inputAudioTime: 8470]),
      (#"{"text":"abc"}"#, [:]),
    ] as [(String, [UsageCell: Int64])])
  func transcriptions(body: String, usage: [UsageCell: Int64]) {
    let facts = readReply(.transcription, body)
    #expect(facts.usage.map(\.usage) == (usage.isEmpty ? [] : [cells(usage)]))
    #expect(facts.outputTextBytes == 3)
    #expect(facts.isTerminal)
  }

  @Test(
    "of transcriptions are text or subtitles too", arguments: ["during the night", "WEBVTT\n\n", "1\n00:00:00,000"])
  func subtitles(body: String) {
    let facts = readReply(.transcription, body)
    #expect(facts.usage.isEmpty)
    #expect(facts.outputTextBytes == Int64(body.utf8.count))
    #expect(facts.isTerminal)
  }

  @Test("of transcriptions end their stream with the whole text and its usage")
  func transcriptionStream() {
    let body = stream([
      #"{"type":"transcript.text.delta","delta":"ab"}"#, #"{"type":"transcript.text.delta","delta":"c"}"#,
      #"{"type":"transcript.text.segment","text":"abc"}"#,
      #"{"type":"transcript.text.done","text":"abc","usage":{"type":"tokens","input_tokens":9,"input_token_details":{"audio_tokens":9},"output_tokens":2}}"#,
      "[DONE]",
    ]).replacing("\n", with: "\r\n")
    let facts = readReply(.transcription, body, framing: .serverSentEvents)
    #expect(answering(facts) == cells([.inputAudio: 9, .output: 2]))
    #expect(facts.outputTextBytes == 3)
    #expect(facts.contentDeltas == 2)
    #expect(facts.isTerminal)
  }

  @Test("of speech are sound, or a stream whose output is audio")
  func speech() {
    for first in [[0xFF, 0xFB], Array("ID3".utf8), Array("data".utf8), [0]] {
      let facts = readReply(.speech, first + [1, 2, 3, 0x0A, 0])
      #expect(facts.usage.isEmpty)
      #expect(facts.isTerminal)
      #expect(facts.outputTextBytes == 0)
    }
    let facts = readStream(
      .speech,
      [
        #"{"type":"speech.audio.delta","audio":"AAAA"}"#,
        #"{"type":"speech.audio.done","usage":{"input_tokens":14,"output_tokens":101,"total_tokens":115}}"#,
      ])
    #expect(answering(facts) == cells([.input: 14, .outputAudio: 101]))
    #expect(facts.isTerminal)
    let error = readReply(
      .speech, Array(#"{"error":{"type":"invalid_request_error","code":"bad_voice"}}"#.utf8), status: 400)
    #expect(error.errorCode == "bad_voice")
  }

  // MARK: Videos

  @Test("of videos are billed by their length once they are complete")
  func videos() {
    let queued = readReply(
      .videos, #"{"id":"video_1","model":"sora-2-pro","status":"queued","seconds":"8","size":"1792x1024"}"#)
    #expect(queued.isPending)
    #expect(queued.usage.isEmpty)
    #expect(queued.responseID == "video_1")
    let done = readReply(
      .videos, #"{"id":"video_1","model":"sora-2-pro","status":"completed","seconds":"8","size":"1792x1024"}"#)
    #expect(answering(done) == cells([.outputVideoTime: 8000]))
    #expect(done.context.size == "1792x1024")
    #expect(done.context.resolution == "1024p")
    #expect(!done.isPending)
    let failed = readReply(
      .videos, #"{"id":"v","status":"failed","seconds":"8","error":{"code":"moderation_blocked"}}"#)
    #expect(failed.usage.isEmpty)
    #expect(failed.errorCode == "moderation_blocked")
  }

  @Test("of xAI's videos have the id of their path, and say what they cost")
  func xAIVideos() {
    let endpoint = Endpoint(dialect: .openai, operation: .videos, responseID: "req-1")
    func read(_ body: String) -> ReplyFacts {
      var reader = ReplyReader(endpoint: endpoint, status: 200, framing: .json)
      reader.consume(Array(body.utf8).span.bytes)
      return reader.finish()
    }
    #expect(read(#"{"status":"pending","progress":1}"#).isPending)
    let done = read(
      #"{"status":"done","model":"grok-imagine-video","video":{"url":"u","duration":5.5},"usage":{"cost_in_usd_ticks":2500000000}}"#
    )
    #expect(done.responseID == "req-1")
    #expect(answering(done) == cells([.outputVideoTime: 5500]))
    #expect(done.reportedCostPicodollars == 250_000_000_000)
    #expect(readReply(.videos, #"{"request_id":"r"}"#).responseID == "r")
  }

  @Test("of decisions are billed by a price of their own")
  func decisions() {
    let facts = readReply(
      .decisions,
      #"{"answers":[{"type":"predicate","probability":0.5}],"model":"m","usage":{"input_tokens":9,"input_tokens_details":{"cached_tokens":4,"cache_write_tokens":2},"output_tokens":3,"output_tokens_details":{"reasoning_tokens":1},"total_tokens":12}}"#
    )
    #expect(answering(facts) == cells([.input: 3, .cachedInput: 4, .cacheWrite: 2, .output: 2, .reasoning: 1]))
    #expect(readRequest(.decisions, #"{"model":"m","input":"x"}"#).context.endpoint == "decisions")
  }
}
