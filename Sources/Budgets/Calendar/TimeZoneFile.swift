/// Why a file is no time zone.
public enum TimeZoneFileError: Error, Hashable, CustomStringConvertible {
  case notTZif
  /// Version 1 has 32 bits of time and no rule for the future.
  case tooOld
  case truncated
  /// Zones of `right/` count leap seconds, which clocks of servers do not.
  case leapSeconds
  case badRule
  case tooLarge

  public var description: String {
    switch self {
    case .notTZif: "not a time zone file: it does not begin with TZif"
    case .tooOld: "a time zone file of version 1, which knows no rule for the future; use one of version 2 or later"
    case .truncated: "a time zone file that ends too early"
    case .leapSeconds: "a time zone that counts leap seconds; use the one without right/"
    case .badRule: "a time zone file whose rule for the future cannot be read"
    case .tooLarge: "a time zone file of more than \(TimeZoneFileReader.bytesMax) bytes"
    }
  }
}

/// Reads the zone database's compiled files, as RFC 9636 describes them.
struct TimeZoneFileReader {
  static let bytesMax = 1 << 20

  private let bytes: [UInt8]
  private var position = 0

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  mutating func zone() throws(TimeZoneFileError) -> TimeZoneRules {
    guard bytes.count <= Self.bytesMax else { throw .tooLarge }
    let old = try header()
    guard old.version >= UInt8(ascii: "2") else { throw .tooOld }
    // Version 1's block comes first, for readers that know no other.
    try skip(old.length(timeBytes: 4))
    let header = try header()
    guard header.leapSeconds == 0 else { throw .leapSeconds }
    guard header.types > 0 else { throw .truncated }
    var changes: [OffsetChange] = []
    changes.reserveCapacity(header.changes)
    for _ in 0..<header.changes { changes.append(OffsetChange(second: try integer(bytes: 8), offset: 0)) }
    var types: [Int] = []
    for _ in 0..<header.changes { types.append(Int(try integer(bytes: 1)) & 0xff) }
    var offsets: [Int64] = []
    for _ in 0..<header.types {
      offsets.append(try integer(bytes: 4))
      try skip(2)
    }
    try skip(header.characters + header.standardFlags + header.utcFlags)
    for index in changes.indices {
      guard types[index] < offsets.count else { throw .truncated }
      changes[index].offset = offsets[types[index]]
    }
    return TimeZoneRules(firstOffset: offsets[0], changes: changes, rule: try rule())
  }

  private mutating func header() throws(TimeZoneFileError) -> Header {
    guard bytes.count - position >= 44 else { throw position == 0 ? .notTZif : .truncated }
    guard bytes[position..<position + 4].elementsEqual("TZif".utf8) else { throw .notTZif }
    let version = bytes[position + 4]
    position += 20
    var counts: [Int] = []
    for _ in 0..<6 {
      let count = try integer(bytes: 4)
      guard 0...Int64(Self.bytesMax) ~= count else { throw .truncated }
      counts.append(Int(count))
    }
    return Header(
      version: version, utcFlags: counts[0], standardFlags: counts[1], leapSeconds: counts[2], changes: counts[3],
      types: counts[4], characters: counts[5])
  }

  /// The text between the two line breaks at the end; nil where it is empty.
  private mutating func rule() throws(TimeZoneFileError) -> PosixTimeZone? {
    let footer = bytes[position...]
    guard footer.first == UInt8(ascii: "\n"),
      let end = footer.dropFirst().firstIndex(of: UInt8(ascii: "\n"))
    else { throw .truncated }
    let text = footer[(position + 1)..<end]
    if text.isEmpty { return nil }
    var reader = PosixTimeZoneReader(text)
    guard let rule = reader.zone() else { throw .badRule }
    return rule
  }

  private mutating func skip(_ count: Int) throws(TimeZoneFileError) {
    guard count <= bytes.count - position else { throw .truncated }
    position += count
  }

  /// A signed integer, the highest byte first.
  private mutating func integer(bytes count: Int) throws(TimeZoneFileError) -> Int64 {
    let start = position
    try skip(count)
    var value = UInt64(truncatingIfNeeded: Int8(bitPattern: bytes[start]))
    for byte in bytes[(start + 1)..<position] { value = value << 8 | UInt64(byte) }
    return Int64(bitPattern: value)
  }

  private struct Header {
    var version: UInt8
    var utcFlags: Int
    var standardFlags: Int
    var leapSeconds: Int
    var changes: Int
    var types: Int
    var characters: Int

    func length(timeBytes: Int) -> Int {
      changes * (timeBytes + 1) + types * 6 + characters + leapSeconds * (timeBytes + 4) + standardFlags + utcFlags
    }
  }
}
