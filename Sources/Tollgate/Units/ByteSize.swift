/// A number of bytes, written with its unit: `64 KiB`, `64MiB`, `1 MB`.
struct ByteSize: Sendable, Hashable, Comparable {
  /// Never negative.
  var bytes: Int64

  static func kibibytes(_ count: Int64) -> ByteSize { ByteSize(bytes: count &* 1024) }
  static func mebibytes(_ count: Int64) -> ByteSize { ByteSize(bytes: count &* 1_048_576) }

  static func < (lhs: ByteSize, rhs: ByteSize) -> Bool { lhs.bytes < rhs.bytes }

  private static let units: [(name: String, bytes: Int64)] = [
    ("GiB", 1_073_741_824), ("MiB", 1_048_576), ("KiB", 1024),
    ("GB", 1_000_000_000), ("MB", 1_000_000), ("kB", 1000), ("B", 1),
  ]

  /// Reads a whole number with its unit; both the binary units and the decimal ones, which differ.
  ///
  /// - Throws: ``MalformedText`` for anything else, a number without unit included.
  init(parsing text: String) throws(MalformedText) {
    let compact = text.utf8.filter { $0 != UInt8(ascii: " ") }
    let digits = compact.prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
    let name = String(decoding: compact.dropFirst(digits.count), as: UTF8.self)
    guard let count = Int64(String(decoding: digits, as: UTF8.self)),
      let unit = Self.units.first(where: { $0.name == name })
    else {
      throw MalformedText("\"\(text)\" is not a size; write a whole number with a unit, such as 64 KiB, 8 MiB or 1 GB")
    }
    let (product, overflow) = count.multipliedReportingOverflow(by: unit.bytes)
    guard !overflow else { throw MalformedText("\"\(text)\" is too large") }
    bytes = product
  }

  init(bytes: Int64) { self.bytes = bytes }
}

extension ByteSize: CustomStringConvertible {
  /// A count in the largest binary unit that leaves nothing over.
  var description: String {
    let unit = Self.units.prefix(3).first { bytes > 0 && bytes % $0.bytes == 0 }
    return unit.map { "\(bytes / $0.bytes) \($0.name)" } ?? "\(bytes) B"
  }
}
