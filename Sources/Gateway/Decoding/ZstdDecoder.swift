import CZstd

/// `zstd`, by its own library. Several frames are one body.
struct ZstdDecoder: ~Copyable {
  /// RFC 8878, section 3.1.1.1.2: a decoder should take windows of 8 MiB, and need not take larger ones.
  private static let windowLogMax: Int32 = 23

  private let stream: OpaquePointer

  init?() {
    guard let stream = ZSTD_createDStream() else { return nil }
    ZSTD_DCtx_setParameter(stream, ZSTD_d_windowLogMax, Self.windowLogMax)
    self.stream = stream
  }

  deinit { ZSTD_freeDStream(stream) }

  mutating func decode(_ input: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer) -> DecodingStep {
    var source = ZSTD_inBuffer(src: input.baseAddress, size: input.count, pos: 0)
    var target = ZSTD_outBuffer(dst: output.baseAddress, size: output.count, pos: 0)
    let result = ZSTD_decompressStream(stream, &target, &source)
    guard ZSTD_isError(result) == 0 else { return .failure }
    return DecodingStep(consumedBytes: source.pos, producedBytes: target.pos)
  }
}
