/// The name of an agent, a workflow or a run, as a path segment and a header can carry it.
enum CallerName {
  private static let bytesMax = 64

  /// - Throws: ``MalformedText`` where the name cannot be one.
  static func validated(_ name: String) throws(MalformedText) -> String {
    guard let first = name.utf8.first, isLetterOrDigit(first), name.utf8.count <= bytesMax,
      name.utf8.allSatisfy({ isLetterOrDigit($0) || "._-:@/".utf8.contains($0) })
    else {
      throw MalformedText(
        "\"\(name)\" cannot be a name; begin with a letter or digit and use at most 64 letters, digits and . _ - : @ /")
    }
    return name
  }

  /// The name as one segment of a path: `/` does not end the segment.
  static func pathSegment(_ name: String) -> String { name.replacing("/", with: "%2F") }

  private static func isLetterOrDigit(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"):
      true
    default: false
    }
  }
}
