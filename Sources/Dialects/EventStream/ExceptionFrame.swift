/// An error as a frame of an AWS event stream (https://smithy.io/2.0/aws/amazon-eventstream.html): what an SDK raises in the middle
/// of a stream.
public enum ExceptionFrame {
  private static let textType: UInt8 = 7

  /// The bytes of the frame.
  ///
  /// - Parameters:
  ///   - name: of the exception, as the service's model has it: `validationException`. At most 255 bytes of it are kept.
  ///   - payload: JSON that says more, such as `{"message":"..."}`. At most 64 KiB of it, since a frame has a limit.
  public static func bytes(name: String, payload: [UInt8]) -> [UInt8] {
    var headers: [UInt8] = []
    for (field, value) in [
      (":exception-type", name), (":content-type", "application/json"), (":message-type", "exception"),
    ] {
      let value = value.utf8.prefix(255)
      headers.append(UInt8(truncatingIfNeeded: field.utf8.count))
      headers += field.utf8
      headers += [textType, 0, UInt8(truncatingIfNeeded: value.count)]
      headers += value
    }
    let payload = payload.prefix(1 << 16)
    // Two lengths and two checksums.
    let framingBytes = 16
    var frame: [UInt8] = []
    append(UInt32(truncatingIfNeeded: framingBytes + headers.count + payload.count), to: &frame)
    append(UInt32(truncatingIfNeeded: headers.count), to: &frame)
    append(checksum(of: frame), to: &frame)
    frame += headers
    frame += payload
    append(checksum(of: frame), to: &frame)
    return frame
  }

  private static func checksum(of bytes: [UInt8]) -> UInt32 {
    var checksum = CRC32()
    checksum.update(bytes.span.bytes)
    return checksum.value
  }

  private static func append(_ number: UInt32, to bytes: inout [UInt8]) {
    for shift in [24, 16, 8, 0] as [UInt32] { bytes.append(UInt8(truncatingIfNeeded: number >> shift)) }
  }
}
