/// Undoes the content coding of a body for metering, as its parts arrive. What is forwarded is the encoded body, untouched.
///
/// Bounded: a body that unpacks to more than ``outputBytesMax`` is given up, as is one that is damaged; it then is metered by a
/// bound.
struct BodyDecoder: ~Copyable {
  /// More than any file of results, the largest bodies there are. Nothing is kept of what comes out, so this bounds time only.
  static let outputBytesMax = 1024 * 1024 * 1024

  private var library: DecodingLibrary
  private let window = DecodingWindow()
  /// Bytes that have come out.
  private(set) var outputBytes = 0
  /// Whether the body could not be decoded, or not to its end.
  private(set) var hasFailed = false

  /// Nil where there is nothing to undo, no decoder for the coding, or no memory.
  init?(_ coding: ContentCoding) {
    switch coding {
    case .identity, .other: return nil
    case .gzip, .deflate:
      guard let inflater = Inflater(mayLackHeader: coding == .deflate) else { return nil }
      library = .zlib(inflater)
    case .brotli:
      guard let decoder = BrotliDecoder() else { return nil }
      library = .brotli(decoder)
    case .zstd:
      guard let decoder = ZstdDecoder() else { return nil }
      library = .zstd(decoder)
    }
  }

  /// Decodes a part, and hands what comes out to `take`, piece by piece.
  mutating func decode(_ part: UnsafeRawBufferPointer, _ take: (UnsafeRawBufferPointer) -> Void) {
    var rest = part[...]
    var wantsMore = true
    while wantsMore, !hasFailed {
      let step = library.decode(UnsafeRawBufferPointer(rebasing: rest), into: window.bytes)
      outputBytes += step.producedBytes
      guard !step.hasFailed, outputBytes <= Self.outputBytesMax else {
        hasFailed = true
        return
      }
      if step.producedBytes > 0 { take(UnsafeRawBufferPointer(rebasing: window.bytes[0..<step.producedBytes])) }
      rest = rest.dropFirst(step.consumedBytes)
      // Output that filled the window may not have been all; a step that moved nothing waits for the next part.
      wantsMore = step.producedBytes == window.bytes.count || (!rest.isEmpty && step.hasMoved)
    }
  }
}

/// The library at work. The payload is moved out and back for each part, never copied.
private enum DecodingLibrary: ~Copyable {
  case zlib(Inflater)
  case brotli(BrotliDecoder)
  case zstd(ZstdDecoder)

  mutating func decode(_ input: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer) -> DecodingStep {
    let step: DecodingStep
    switch consume self {
    case .zlib(var inflater):
      step = inflater.decode(input, into: output)
      self = .zlib(inflater)
    case .brotli(var decoder):
      step = decoder.decode(input, into: output)
      self = .brotli(decoder)
    case .zstd(var decoder):
      step = decoder.decode(input, into: output)
      self = .zstd(decoder)
    }
    return step
  }
}

/// The room for what is unpacked at a time.
private struct DecodingWindow: ~Copyable {
  let bytes = UnsafeMutableRawBufferPointer.allocate(byteCount: 64 * 1024, alignment: 1)

  deinit { bytes.deallocate() }
}

/// What one step of a decoder did.
struct DecodingStep {
  var consumedBytes = 0
  var producedBytes = 0
  /// Whether the input is damaged.
  var hasFailed = false

  var hasMoved: Bool { consumedBytes > 0 || producedBytes > 0 }

  static let failure = DecodingStep(hasFailed: true)
}
