/// Writes the frames of AWS event streams, with a checksum worked out bit by bit.
enum Frames {
  static func event(_ type: String, _ payload: String) -> [UInt8] {
    frame([(":message-type", "event"), (":event-type", type), (":content-type", "application/json")], payload)
  }

  /// An event of InvokeModel: a document in base64, with the padding that hides its length.
  static func chunk(_ document: String, padding: String = "abcdefgh") -> [UInt8] {
    event("chunk", #"{"bytes":"\#(base64(document))","p":"\#(padding)"}"#)
  }

  static func exception(_ type: String, _ payload: String = #"{"message":"Too many tokens"}"#) -> [UInt8] {
    frame([(":message-type", "exception"), (":exception-type", type)], payload)
  }

  static func frame(_ headers: [(name: String, value: String)], _ payload: String) -> [UInt8] {
    var bytes: [UInt8] = []
    for (name, value) in headers {
      bytes += [UInt8(name.utf8.count)] + name.utf8 + [7] + number(value.utf8.count).suffix(2) + value.utf8
    }
    return frame(headers: bytes, payload: Array(payload.utf8))
  }

  static func frame(headers: [UInt8], payload: [UInt8]) -> [UInt8] {
    var frame = number(16 + headers.count + payload.count) + number(headers.count)
    frame += number(checksum(frame))
    frame += headers + payload
    return frame + number(checksum(frame))
  }

  static func checksum(_ bytes: [UInt8]) -> Int {
    var state: UInt32 = 0xFFFF_FFFF
    for byte in bytes {
      state ^= UInt32(byte)
      for _ in 0..<8 { state = state & 1 == 1 ? state >> 1 ^ 0xEDB8_8320 : state >> 1 }
    }
    return Int(~state)
  }

  static func base64(_ text: String) -> String {
    let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")
    var bytes = Array(text.utf8)[...]
    var result = ""
    while !bytes.isEmpty {
      let group = bytes.prefix(3)
      bytes = bytes.dropFirst(3)
      let bits = group.enumerated().reduce(0) { $0 | Int($1.element) << (16 - 8 * $1.offset) }
      for index in 0..<4 { result.append(index <= group.count ? alphabet[bits >> (18 - 6 * index) & 63] : "=") }
    }
    return result
  }

  private static func number(_ value: Int) -> [UInt8] {
    [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: value >> $0) }
  }
}
