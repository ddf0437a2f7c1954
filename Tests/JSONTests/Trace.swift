import JSON

/// The labels of the shapes under test.
enum Label: UInt8 {
  case root = 1
  case text, word, size, number, list, element, kept
}

/// What a reader reported of a document, in words.
struct Trace: Equatable {
  var events: [String] = []
  var isDone = false

  /// - Parameter parts: how the document is cut; the bounds of all parts.
  init(_ document: [UInt8], shape: JSONShape, parts: [Range<Int>]? = nil) {
    var reader = JSONReader(shape: shape)
    var kept: [UInt8] = []
    for part in parts ?? [0..<document.count] {
      let bytes = document.span.bytes.extracting(part)
      var offset = 0
      loop: while true {
        switch reader.next(bytes, at: &offset) {
        case .needsMore: break loop
        case .failed:
          events.append("failed")
          return
        case .documentEnd: events.append("end of document")
        case .begin(let label): events.append("begin \(Self.name(label)) at \(reader.valueStart)")
        case .end(let label):
          events.append("end \(Self.name(label)) at \(reader.valueEnd)")
          if label == Label.kept.rawValue {
            let isKept = reader.exchangeKeptBytes(&kept)
            events.append(isKept ? String(decoding: kept, as: UTF8.self) : "not kept")
          }
        case .value(let label): events.append("\(Self.name(label)) \(Self.value(reader))")
        }
      }
    }
    isDone = reader.finish()
  }

  init(_ document: String, shape: JSONShape) { self.init(Array(document.utf8), shape: shape) }

  private static func name(_ label: UInt8) -> String { Label(rawValue: label).map { "\($0)" } ?? "?" }

  private static func value(_ reader: borrowing JSONReader) -> String {
    let place = "\(reader.valueStart)..<\(reader.valueEnd)"
    switch reader.kind {
    case .string: return "'\(reader.string)' word \(reader.word ?? -1) size \(reader.size) \(place)"
    case .number: return "\(reader.count.map(String.init) ?? "no count") \(place)"
    case .bool: return "\(reader.isTrue) \(place)"
    case .null: return "null \(place)"
    case .container: return "container of \(reader.size) \(place)"
    }
  }
}

/// SplitMix64: the same numbers for the same seed, everywhere.
struct SeededRandom: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var value = state
    value = (value ^ value >> 30) &* 0xBF58_476D_1CE4_E5B9
    value = (value ^ value >> 27) &* 0x94D0_49BB_1331_11EB
    return value ^ value >> 31
  }
}
