import CBrotli

/// `br`, by Google's library, which libcurl links too.
struct BrotliDecoder: ~Copyable {
  private let state: OpaquePointer
  private var isAtEnd = false

  init?() {
    guard let state = BrotliDecoderCreateInstance(nil, nil, nil) else { return nil }
    self.state = state
  }

  deinit { BrotliDecoderDestroyInstance(state) }

  mutating func decode(_ input: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer) -> DecodingStep {
    guard !isAtEnd else { return DecodingStep(consumedBytes: input.count) }
    var inputLeft = input.count
    var outputLeft = output.count
    var nextInput = input.baseAddress?.assumingMemoryBound(to: UInt8.self)
    var nextOutput = output.baseAddress?.assumingMemoryBound(to: UInt8.self)
    let result = BrotliDecoderDecompressStream(state, &inputLeft, &nextInput, &outputLeft, &nextOutput, nil)
    guard result != BROTLI_DECODER_RESULT_ERROR else { return .failure }
    isAtEnd = result == BROTLI_DECODER_RESULT_SUCCESS
    return DecodingStep(consumedBytes: input.count - inputLeft, producedBytes: output.count - outputLeft)
  }
}
