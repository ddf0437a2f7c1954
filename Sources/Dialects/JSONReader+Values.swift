internal import JSON

extension JSONReader {
  /// The current value if it is a count, written as a number in any spelling or as a string of digits: so protocol buffers write
  /// 64-bit integers.
  ///
  /// https://protobuf.dev/programming-guides/json/
  var protoCount: Int64? {
    guard kind == .string else { return wholeCount }
    guard size > 0, size <= 19, isTextWhole else { return nil }
    let text = string
    return text.utf8.allSatisfy { $0 &- UInt8(ascii: "0") < 10 } ? Int64(text) : nil
  }

  /// The current value if it is a string that is neither empty nor cut.
  var wholeText: String? { kind == .string && size > 0 && isTextWhole ? string : nil }
}
