/// The resource that a path of Google's APIs names, and the method behind its colon: `models/gemini-3-pro:generateContent`.
///
/// Version, project and location, and what a proxy may put before them, are left out.
struct GoogleResource {
  /// The segments of the resource's name, as they are written but for the method; at least one.
  private(set) var segments: [Substring]
  /// The custom method; nil where there is none.
  private(set) var method: String?
  /// Whether the version is one that only Google's APIs have: `v1beta`, `v1alpha`, `v1beta1`.
  private(set) var hasOwnVersion: Bool

  /// Nil where nothing follows the version, or there is no version.
  init?(_ path: EndpointPath) {
    guard let place = path.segments.firstIndex(where: { Self.isVersion($0) }) else { return nil }
    hasOwnVersion = path.segments[place].utf8.count > 2
    var rest = path.segments[(place + 1)...]
    if rest.first == "projects", rest.count > 4, rest.dropFirst(2).first == "locations" {
      rest = rest.dropFirst(4)
      hasOwnVersion = true
    }
    guard let last = rest.last else { return nil }
    segments = Array(rest)
    guard let decoded = PercentEncoding.decoded(last), let colon = decoded.lastIndex(of: ":") else { return }
    method = String(decoded[decoded.index(after: colon)...])
    segments[segments.count - 1] = decoded[..<colon]
  }

  /// `v1`, or `v1beta` and its like.
  private static func isVersion(_ segment: Substring) -> Bool {
    segment == "v1" || segment == "v2"
      || ["v1beta", "v1alpha", "v2beta", "v2alpha"].contains { name in
        segment.hasPrefix(name) && segment.utf8.dropFirst(name.utf8.count).allSatisfy { $0 &- UInt8(ascii: "0") < 10 }
      }
  }

  /// The collection that the last name belongs to: `models`, `tunedModels`, `endpoints`.
  var collection: Substring? { segments.dropLast().last }

  /// Who publishes the model: `google`, `anthropic`; nil where the path does not say.
  var publisher: Substring? {
    guard segments.count == 4, segments[0] == "publishers", segments[2] == "models" else { return nil }
    return segments[1]
  }

  /// The model whose method the path names; a tuned one with its collection, so that it is not taken for another.
  var model: String? {
    guard let name = segments.last.flatMap({ PercentEncoding.decoded($0) }), !name.isEmpty else { return nil }
    switch collection {
    case "models" where segments.count == 2 || publisher != nil: return String(name)
    case "tunedModels" where segments.count == 2, "endpoints" where segments.count == 2,
      "dynamic" where segments.count == 2:
      return "\(segments[0])/\(name)"
    default: return nil
    }
  }
}

/// Percent-encoding of paths (RFC 3986, 2.1).
enum PercentEncoding {
  /// The longest segment that is taken for a name.
  private static let bytesMax = 256

  /// A segment with its encoding undone; nil where that is malformed or longer than a name.
  static func decoded(_ segment: Substring) -> Substring? {
    guard segment.utf8.count <= 3 * bytesMax else { return nil }
    guard segment.utf8.contains(UInt8(ascii: "%")) else { return segment.utf8.count <= bytesMax ? segment : nil }
    var bytes: [UInt8] = []
    var rest = segment.utf8
    while let byte = rest.popFirst() {
      guard byte == UInt8(ascii: "%") else {
        bytes.append(byte)
        continue
      }
      guard let high = rest.popFirst().flatMap(digit), let low = rest.popFirst().flatMap(digit) else { return nil }
      bytes.append(high << 4 | low)
    }
    return bytes.count <= bytesMax ? String(validating: bytes, as: UTF8.self).map { $0[...] } : nil
  }

  private static func digit(_ byte: UInt8) -> UInt8? {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): byte &- UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): byte &- UInt8(ascii: "a") &+ 10
    case UInt8(ascii: "A")...UInt8(ascii: "F"): byte &- UInt8(ascii: "A") &+ 10
    default: nil
    }
  }
}
