public import Metering

/// The classes of tokens that metrics and reports tell apart: coarser than ``UsageCell``, and disjoint like it.
public enum TokenClass: String, Sendable, ClosedLabelValue {
  case input
  case cachedInput = "cached_input"
  case cacheWrite = "cache_write"
  case output
  case reasoning
  case audioInput = "audio_input"
  case audioOutput = "audio_output"
  case imageInput = "image_input"
  case imageOutput = "image_output"
  case videoInput = "video_input"
  case videoOutput = "video_output"

  /// `class`.
  public static var labelName: StaticString { "class" }

  /// The class that a cell counts in; nil where the cell does not count tokens. Cached audio, images and video are cached input;
  /// citations are output.
  public init?(_ cell: UsageCell) {
    switch cell {
    case .input: self = .input
    case .inputAudio: self = .audioInput
    case .inputImage: self = .imageInput
    case .cachedInput, .cachedInputAudio, .cachedInputImage, .cachedInputVideo: self = .cachedInput
    case .cacheWrite, .cacheWrite5m, .cacheWrite30m, .cacheWrite1h, .cacheWrite12h: self = .cacheWrite
    case .output, .outputCitation: self = .output
    case .reasoning: self = .reasoning
    case .outputAudio: self = .audioOutput
    case .outputImage: self = .imageOutput
    case .inputVideo: self = .videoInput
    case .outputVideo: self = .videoOutput
    default: return nil
    }
  }

  /// The cells of this class.
  public var cells: [UsageCell] { UsageCell.allCases.filter { TokenClass($0) == self } }
}

extension Usage {
  /// How many tokens of a class were used; a sum that would overflow stays at the largest number.
  public func tokens(_ tokenClass: TokenClass) -> Int64 {
    var total: Int64 = 0
    for cell in UsageCell.allCases where TokenClass(cell) == tokenClass {
      let (sum, overflow) = total.addingReportingOverflow(self[cell])
      total = overflow ? .max : sum
    }
    return total
  }

  /// Every token of the reply.
  var replyTokens: Int64 {
    let classes: [TokenClass] = [.output, .reasoning, .audioOutput, .imageOutput]
    return classes.reduce(0) { total, tokenClass in
      let (sum, overflow) = total.addingReportingOverflow(tokens(tokenClass))
      return overflow ? .max : sum
    }
  }
}
