import CZlib

/// `gzip` and `deflate`, by zlib.
struct Inflater: ~Copyable {
  /// zlib: a window of 32 KiB, and detection of a gzip or a zlib header.
  private static let detectHeader: Int32 = 15 + 32
  /// zlib: the same window, and no header.
  private static let rawDeflate: Int32 = -15
  private static let firstByteOfGzip: UInt8 = 0x1F

  // A heap copy, since zlib keeps a pointer back to it.
  private let stream: UnsafeMutablePointer<z_stream>
  /// Whether a member of the body has ended: what follows is another, or nothing that counts.
  private var isBetweenMembers = false
  private var isAtEnd = false
  /// Whether the first bytes may turn out to be no header, so that the body is raw.
  private var mayLackHeader: Bool
  /// The first byte, where it came alone: two tell a header.
  private var firstByte: UInt8?

  /// - Parameter mayLackHeader: whether a body without zlib's header is read as raw.
  init?(mayLackHeader: Bool) {
    let stream = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
    stream.initialize(to: z_stream())
    guard
      inflateInit2_(stream, Self.detectHeader, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK
    else {
      stream.deallocate()
      return nil
    }
    self.stream = stream
    self.mayLackHeader = mayLackHeader
  }

  deinit {
    inflateEnd(stream)
    stream.deallocate()
  }

  mutating func decode(_ input: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer) -> DecodingStep {
    guard mayLackHeader, let next = input.first else { return inflatePart(input, into: output) }
    guard let first = firstByte ?? (input.count > 1 ? next : nil) else {
      firstByte = next
      return DecodingStep(consumedBytes: 1)
    }
    mayLackHeader = false
    let second = firstByte == nil ? input[1] : next
    if !Self.isHeader(first, second) { inflateReset2(stream, Self.rawDeflate) }
    guard firstByte != nil else { return inflatePart(input, into: output) }
    let step = withUnsafeBytes(of: first) { inflatePart($0, into: output) }
    return DecodingStep(producedBytes: step.producedBytes, hasFailed: step.hasFailed).followed {
      inflatePart(input, into: UnsafeMutableRawBufferPointer(rebasing: output[step.producedBytes...]))
    }
  }

  /// RFC 1950, section 2.2: method 8, and the two bytes as a number are a multiple of 31.
  private static func isHeader(_ first: UInt8, _ second: UInt8) -> Bool {
    first & 0x0F == 8 && (UInt16(first) << 8 | UInt16(second)) % 31 == 0
  }

  private mutating func inflatePart(
    _ input: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer
  ) -> DecodingStep {
    if isBetweenMembers {
      guard let next = input.first else { return DecodingStep() }
      // A gzip file may have several members, which are one body (RFC 1952, section 2.2); what is no member is padding.
      isBetweenMembers = false
      isAtEnd = next != Self.firstByteOfGzip || inflateReset(stream) != Z_OK
    }
    guard !isAtEnd else { return DecodingStep(consumedBytes: input.count) }
    let count = min(input.count, Int(UInt32.max))
    // zlib reads through a mutable pointer, and writes nothing to it.
    stream.pointee.next_in = input.baseAddress.map {
      UnsafeMutablePointer(mutating: $0.assumingMemoryBound(to: UInt8.self))
    }
    stream.pointee.avail_in = UInt32(count)
    stream.pointee.next_out = output.baseAddress?.assumingMemoryBound(to: UInt8.self)
    stream.pointee.avail_out = UInt32(output.count)
    let status = inflate(stream, Z_NO_FLUSH)
    guard status == Z_OK || status == Z_STREAM_END || status == Z_BUF_ERROR else { return .failure }
    if status == Z_STREAM_END { isBetweenMembers = true }
    return DecodingStep(
      consumedBytes: count - Int(stream.pointee.avail_in), producedBytes: output.count - Int(stream.pointee.avail_out))
  }
}

extension DecodingStep {
  /// This step, and another behind it where this one did not fail.
  fileprivate func followed(by next: () -> DecodingStep) -> DecodingStep {
    guard !hasFailed else { return self }
    let step = next()
    return DecodingStep(
      consumedBytes: consumedBytes + step.consumedBytes, producedBytes: producedBytes + step.producedBytes,
      hasFailed: step.hasFailed)
  }
}
