/// Why frames are not passed on: the two ends could read them differently (RFC 6455, section 5).
enum FrameViolation: String, Error, CaseIterable {
  /// A reserved bit, although no extension was agreed on.
  case reservedBit = "reserved_bit"
  case reservedOpcode = "reserved_opcode"
  /// A client's frame without a mask, or a server's with one.
  case mask
  /// A length that is not written in its shortest form, or has its highest bit set.
  case length
  /// A control frame that is fragmented or has more than 125 bytes, or a close frame of one byte.
  case controlFrame = "control_frame"
  /// A continuation of nothing, or a new message within one.
  case fragmentation
  /// Bytes behind a close frame.
  case afterClose = "after_close"
}
