/// The name of a provider: the first segment of a path, a label of metrics and a dimension of reports.
enum ProviderName {
  /// Words that stand before a provider in a path, or that Tollgate answers itself.
  private static let reserved: Set<String> = ["agent", "workflow", "run", "tollgate", "v1", "v1beta", "api", "model"]
  private static let bytesMax = 64

  /// - Throws: ``MalformedText`` where the name cannot be one.
  static func validated(_ name: String) throws(MalformedText) -> String {
    guard let first = name.utf8.first, name.utf8.count <= bytesMax, name.utf8.allSatisfy(isAllowed),
      first != UInt8(ascii: "-"), first != UInt8(ascii: "_")
    else {
      throw MalformedText(
        "\"\(name)\" cannot be a provider's name; use at most 64 lower-case letters, digits, \"-\" and \"_\"")
    }
    guard !reserved.contains(name) else {
      throw MalformedText(
        "\"\(name)\" cannot be a provider's name, since it has another meaning in paths; choose another")
    }
    return name
  }

  private static func isAllowed(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"),
      UInt8(ascii: "_"):
      true
    default: false
    }
  }
}
