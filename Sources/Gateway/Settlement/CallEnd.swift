/// How a call ended, as far as its charge depends on it.
struct CallEnd {
  /// Whether any byte of the request may have reached the upstream.
  var wasSent: Bool
  /// The upstream's status; 0 where no reply came.
  var status: Int
  var reading = ReplyReading.whole
  /// Bytes of the reply as they came, in whatever coding.
  var responseBytes: Int64
  /// The most tokens that the model can have written, of all choices together; nil where neither the request nor the price
  /// book says.
  var outputTokensMax: Int64?

  /// Whether the status is one of a reply that is billed: none has come, or a success.
  var mayBeBilled: Bool { status == 0 || (200..<300).contains(status) }
}

/// How much of a reply could be read.
enum ReplyReading: Equatable {
  /// All that came: a document to its end, a stream as far as it went.
  case whole
  /// A document that was cut, or a body that is damaged, of so many bytes once its coding is undone.
  case broken(bytes: Int64)
  /// A coding that could not be undone, or not to its end.
  case undecodable
}

extension CallEnd {
  /// By how much a body can unpack, taken where nothing else bounds the text of a reply whose coding cannot be undone: the most
  /// that `deflate` reaches (https://zlib.net/zlib_tech.html, "Maximum Compression Factor"). `br` and `zstd` can pass it with
  /// bytes that repeat, but not with text that a model writes.
  static let unpackedRatioMax: Int64 = 1032

  /// The most output that the reply can have; nil where it was read, so that its text tells. A token has at least one byte.
  var outputBound: Int64? {
    switch reading {
    case .whole: nil
    case .broken(let bytes): min(bytes, outputTokensMax ?? .max)
    case .undecodable:
      responseBytes == 0
        ? 0 : outputTokensMax ?? Int64(clamping: Int128(responseBytes) * Int128(Self.unpackedRatioMax))
    }
  }
}
