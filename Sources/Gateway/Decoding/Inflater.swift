import CZlib

/// Undoes `gzip` and `deflate` for metering, as the parts of a body arrive. What is forwarded is the encoded body, untouched.
///
/// Bounded: a body that unpacks to more than ``outputBytesMax`` is given up, as is one that is damaged; it then is metered by a
/// bound. `deflate` is read as the specification has it (with zlib's header); the raw form that some servers send is not.
struct Inflater: ~Copyable {
  /// More than any body that may be sent, and a hundredth of what a bomb unpacks to.
  static let outputBytesMax = 64 * 1024 * 1024
  private static let windowBytes = 64 * 1024
  /// zlib: a window of 32 KiB, and detection of a gzip or a zlib header.
  private static let detectHeader: Int32 = 15 + 32

  // Holds its own heap copy of the stream, since zlib keeps a pointer back to it.
  private let stream: UnsafeMutablePointer<z_stream>
  private let output: UnsafeMutableRawBufferPointer
  private var outputBytes = 0
  /// Whether the body could not be decoded, or not to its end.
  private(set) var hasFailed = false
  private var isAtEnd = false

  /// Nil where there is no memory.
  init?() {
    let stream = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
    stream.initialize(to: z_stream())
    guard
      inflateInit2_(stream, Self.detectHeader, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK
    else {
      stream.deallocate()
      return nil
    }
    self.stream = stream
    output = .allocate(byteCount: Self.windowBytes, alignment: 1)
  }

  deinit {
    inflateEnd(stream)
    stream.deallocate()
    output.deallocate()
  }

  /// Decodes a part, and hands what comes out to `take`, piece by piece.
  mutating func decode(_ part: UnsafeRawBufferPointer, _ take: (UnsafeRawBufferPointer) -> Void) {
    guard !hasFailed, !isAtEnd, let base = part.baseAddress, part.count <= Int(UInt32.max) else { return }
    // zlib reads through a mutable pointer, and writes nothing to it.
    stream.pointee.next_in = UnsafeMutablePointer(mutating: base.assumingMemoryBound(to: UInt8.self))
    stream.pointee.avail_in = UInt32(part.count)
    repeat {
      stream.pointee.next_out = output.baseAddress?.assumingMemoryBound(to: UInt8.self)
      stream.pointee.avail_out = UInt32(output.count)
      let status = inflate(stream, Z_NO_FLUSH)
      let produced = output.count - Int(stream.pointee.avail_out)
      outputBytes += produced
      guard status == Z_OK || status == Z_STREAM_END || status == Z_BUF_ERROR, outputBytes <= Self.outputBytesMax else {
        hasFailed = true
        return
      }
      if produced > 0 { take(UnsafeRawBufferPointer(rebasing: output[0..<produced])) }
      isAtEnd = status == Z_STREAM_END
      // A gzip file may have several members, which are one body (RFC 1952, section 2.2).
      if isAtEnd, stream.pointee.avail_in > 0 { isAtEnd = inflateReset(stream) != Z_OK }
      if status == Z_BUF_ERROR { return }
    } while !isAtEnd && (stream.pointee.avail_in > 0 || stream.pointee.avail_out == 0)
  }
}
