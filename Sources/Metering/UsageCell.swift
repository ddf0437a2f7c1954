/// One class of what a provider bills for. Cells are disjoint: no token is ever counted in two of them,
/// so that any sum over cells is a true sum.
///
/// The cells follow the meters of the price book (`pricing/README.md`): a cell is priced by the longest meter that is a
/// dotted prefix of its own, so `in.write.1h` falls back to `in.write`, then to `in`.
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
  /// Tokens of the reply, without reasoning, audio and images.
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
    }
  }

  /// Whether the cell counts tokens of the prompt: what size tiers of the price book are measured by.
  public var isPromptTokens: Bool { rawValue <= UsageCell.cacheWrite12h.rawValue }

  /// Whether the cell counts tokens, rather than calls.
  public var isTokens: Bool { rawValue <= UsageCell.outputImage.rawValue }
}
