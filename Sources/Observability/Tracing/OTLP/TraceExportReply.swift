/// What a collector says of a batch: by the status of its answer (OTLP 1.x, "OTLP/HTTP Response").
public enum TraceExportReply: Sendable, Equatable {
  /// It took the batch, but for so many spans; with its reason, if it gives one.
  case taken(rejectedSpans: Int64, message: String)
  /// It may take the batch later.
  case retry(status: Int, afterSeconds: Int64?)
  /// It will not take the batch.
  case refused(status: Int)

  /// - Parameters:
  ///   - retryAfter: the header of that name: seconds, or a date, which is not read.
  ///   - body: of a success.
  public init(status: Int, retryAfter: String?, body: [UInt8]) {
    switch status {
    case 200..<300:
      let partial = PartialSuccess(reply: body)
      self = .taken(rejectedSpans: max(0, partial.rejectedSpans), message: partial.message)
    case 429, 502, 503, 504: self = .retry(status: status, afterSeconds: retryAfter.flatMap { Int64($0) })
    default: self = .refused(status: status)
    }
  }
}

/// The `partial_success` of an `ExportTraceServiceResponse`. What is not read is as if it had not been said.
private struct PartialSuccess {
  var rejectedSpans: Int64 = 0
  var message = ""

  init(reply: [UInt8]) {
    var fields = ProtobufReader(reply[...])
    while let field = fields.next() {
      if case .bytes(let bytes) = field.value, field.number == 1 { read(bytes) }
    }
  }

  private mutating func read(_ bytes: ArraySlice<UInt8>) {
    var fields = ProtobufReader(bytes)
    while let field = fields.next() {
      switch (field.number, field.value) {
      case (1, .number(let count)): rejectedSpans = Int64(truncatingIfNeeded: count)
      case (2, .bytes(let text)): message = String(decoding: text, as: UTF8.self)
      default: break
      }
    }
  }
}

/// Reads the fields of one message of Protocol Buffers; it ends where the bytes make no sense.
struct ProtobufReader {
  enum Value: Equatable {
    case number(UInt64)
    case bytes(ArraySlice<UInt8>)
  }

  private var rest: ArraySlice<UInt8>

  init(_ bytes: ArraySlice<UInt8>) { rest = bytes }

  mutating func next() -> (number: UInt64, value: Value)? {
    guard let tag = varint() else { return nil }
    switch tag & 7 {
    case 0: return varint().map { (tag >> 3, .number($0)) }
    case 1: return fixed(bytes: 8).map { (tag >> 3, .number($0)) }
    case 2:
      guard let count = varint(), count <= UInt64(rest.count) else { return nil }
      let bytes = rest.prefix(Int(count))
      rest = rest.dropFirst(Int(count))
      return (tag >> 3, .bytes(bytes))
    case 5: return fixed(bytes: 4).map { (tag >> 3, .number($0)) }
    default: return nil
    }
  }

  private mutating func varint() -> UInt64? {
    var value: UInt64 = 0
    for shift in stride(from: 0, to: 70, by: 7) {
      guard let byte = rest.popFirst() else { return nil }
      value |= UInt64(byte & 0x7f) << UInt64(shift)
      if byte < 0x80 { return value }
    }
    return nil
  }

  private mutating func fixed(bytes count: Int) -> UInt64? {
    guard rest.count >= count else { return nil }
    var value: UInt64 = 0
    for (index, byte) in rest.prefix(count).enumerated() { value |= UInt64(byte) << UInt64(8 * index) }
    rest = rest.dropFirst(count)
    return value
  }
}
