import Metering

/// The classes in which the API and reports show tokens. They are disjoint, and together they are every token.
enum TokenClass: String, CaseIterable, Sendable {
  case input
  case cachedInput = "cached_input"
  case cacheWrite = "cache_write"
  case output
  case reasoning
  case audioInput = "audio_input"
  case audioOutput = "audio_output"
  case imageInput = "image_input"
  case imageOutput = "image_output"

  /// The class of a cell; nil for cells that count calls. Cached audio and images are cached input.
  init?(_ cell: UsageCell) {
    switch cell {
    case .input: self = .input
    case .inputAudio: self = .audioInput
    case .inputImage: self = .imageInput
    case .cachedInput, .cachedInputAudio, .cachedInputImage: self = .cachedInput
    case .cacheWrite, .cacheWrite5m, .cacheWrite30m, .cacheWrite1h, .cacheWrite12h: self = .cacheWrite
    case .output: self = .output
    case .reasoning: self = .reasoning
    case .outputAudio: self = .audioOutput
    case .outputImage: self = .imageOutput
    case .webSearch, .fileSearch: return nil
    }
  }
}
