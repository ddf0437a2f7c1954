/// The name of an agent, a workflow or a run, by the rule of the data plane: 1 to 128 of `A-Z a-z 0-9 . _ : / @ + -`.
enum CallerName {
  private static let bytesMax = 128

  /// - Throws: ``MalformedText`` where the name cannot be one.
  static func validated(_ name: String) throws(MalformedText) -> String {
    guard (1...bytesMax).contains(name.utf8.count), name.utf8.allSatisfy(isAllowed) else {
      throw MalformedText("\"\(name)\" cannot be a name; use 1 to 128 of the characters A-Z a-z 0-9 . _ : / @ + -")
    }
    // As a segment of a path these would mean another path.
    guard name != ".", name != ".." else { throw MalformedText("\"\(name)\" cannot be a name") }
    return name
  }

  /// The name as one segment of a path: `/` does not end the segment.
  static func pathSegment(_ name: String) -> String { name.replacing("/", with: "%2F") }

  private static func isAllowed(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"):
      true
    default: "._:/@+-".utf8.contains(byte)
    }
  }
}
