/// One class of what a provider bills for. Cells are disjoint: no token is ever counted in two of them,
/// so that any sum over cells is a true sum.
///
/// The cells follow the meters of the price book (`pricing/README.md`): a cell is priced by the longest meter that is a
/// dotted prefix of its own and counts the same units, so `in.write.1h` falls back to `in.write`, then to `in`.
///
/// The raw values are stored; new cells come at the end.
public enum UsageCell: Int, CaseIterable, Sendable {
  /// Prompt tokens that were neither read from a cache nor written to one.
  case input
  /// Audio tokens of the prompt, not cached.
  case inputAudio
  /// Image tokens of the prompt, not cached.
  case inputImage
  /// Prompt tokens read from a cache.
  case cachedInput
  /// Audio tokens read from a cache.
  case cachedInputAudio
  /// Image tokens read from a cache.
  case cachedInputImage
  /// Prompt tokens written to a cache whose time to live the provider did not say.
  case cacheWrite
  /// Prompt tokens written to a cache of five minutes.
  case cacheWrite5m
  /// Prompt tokens written to a cache of thirty minutes.
  case cacheWrite30m
  /// Prompt tokens written to a cache of one hour.
  case cacheWrite1h
  /// Prompt tokens written to a cache of twelve hours.
  case cacheWrite12h
  /// Tokens of the reply, without reasoning, audio, images, video and citations.
  case output
  /// Reasoning (thinking) tokens, shown or hidden.
  case reasoning
  /// Audio tokens of the reply.
  case outputAudio
  /// Image tokens of the reply.
  case outputImage
  /// Web searches that the provider ran and bills, in calls.
  case webSearch
  /// File searches that the provider ran and bills, in calls.
  case fileSearch
  /// Video tokens of the prompt, not cached.
  case inputVideo
  /// Video tokens read from a cache.
  case cachedInputVideo
  /// Video tokens of the reply.
  case outputVideo
  /// Tokens of citations in the reply.
  case outputCitation
  /// Audio of the prompt that is billed by its length, in milliseconds.
  case inputAudioTime
  /// Audio of the reply that is billed by its length, in milliseconds.
  case outputAudioTime
  /// Audio of both directions that is billed by its length, in milliseconds.
  case audioTime
  /// Video of the prompt that is billed by its length, in milliseconds.
  case inputVideoTime
  /// Video of the reply that is billed by its length, in milliseconds.
  case outputVideoTime
  /// Characters of the prompt, where they are billed (speech).
  case inputCharacters
  /// Pages that were read.
  case inputPages
  /// Pages that were read and annotated; they are not counted as ``inputPages`` too.
  case inputPagesAnnotated
  /// Images of the prompt that are billed by their number.
  case inputImages
  /// Images of the reply that are billed by their number.
  case outputImages
  /// Map searches that the provider ran and bills, in calls.
  case mapsSearch
  /// Searches of social networks that the provider ran and bills, in calls.
  case socialSearch
  /// Runs of the provider's code interpreter that it bills, in calls.
  case codeExecution
  /// Searches whose results were ranked, in calls.
  case rerank
  /// Requests that are billed as such.
  case request
  /// Containers that were started.
  case container
  /// Messages of the prompt that are billed by their number.
  case inputMessages
  /// Tokens held in a cache, times hours: recorded, never billed by the call.
  case cacheStorage

  /// The name of the cell in the price book, on the command line and in the API.
  public var meter: StaticString {
    switch self {
    case .input: "in"
    case .inputAudio: "in.audio"
    case .inputImage: "in.image"
    case .cachedInput: "in.cached"
    case .cachedInputAudio: "in.cached.audio"
    case .cachedInputImage: "in.cached.image"
    case .cacheWrite: "in.write"
    case .cacheWrite5m: "in.write.5m"
    case .cacheWrite30m: "in.write.30m"
    case .cacheWrite1h: "in.write.1h"
    case .cacheWrite12h: "in.write.12h"
    case .output: "out"
    case .reasoning: "out.reasoning"
    case .outputAudio: "out.audio"
    case .outputImage: "out.image"
    case .webSearch: "web_search"
    case .fileSearch: "file_search"
    case .inputVideo: "in.video"
    case .cachedInputVideo: "in.cached.video"
    case .outputVideo: "out.video"
    case .outputCitation: "out.citation"
    case .inputAudioTime: "in.audio.time"
    case .outputAudioTime: "out.audio.time"
    case .audioTime: "audio.time"
    case .inputVideoTime: "in.video.time"
    case .outputVideoTime: "out.video.time"
    case .inputCharacters: "in.chars"
    case .inputPages: "in.pages"
    case .inputPagesAnnotated: "in.pages.annotated"
    case .inputImages: "in.images"
    case .outputImages: "out.images"
    case .mapsSearch: "maps_search"
    case .socialSearch: "social_search"
    case .codeExecution: "code_execution"
    case .rerank: "rerank"
    case .request: "request"
    case .container: "container"
    case .inputMessages: "in.messages"
    case .cacheStorage: "cache_storage"
    }
  }

  /// Whether the cell counts tokens of the prompt: what size tiers of the price book are measured by.
  public var isPromptTokens: Bool {
    rawValue <= UsageCell.cacheWrite12h.rawValue || self == .inputVideo || self == .cachedInputVideo
  }

  /// Whether the cell counts tokens, rather than calls, time or things.
  public var isTokens: Bool {
    rawValue <= UsageCell.outputImage.rawValue
      || rawValue >= UsageCell.inputVideo.rawValue && rawValue <= UsageCell.outputCitation.rawValue
  }

  /// How many of the cell's counts make one unit of its meter: 1,000 where it counts milliseconds and the meter seconds.
  public var countsPerUnit: Int64 {
    switch self {
    case .inputAudioTime, .outputAudioTime, .audioTime, .inputVideoTime, .outputVideoTime: 1000
    default: 1
    }
  }
}
