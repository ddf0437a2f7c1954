/// A request in the one form that both sides of a signature of AWS make of it.
struct CanonicalRequest {
  /// The names of the signed fields, in order: `content-type;host;x-amz-date`.
  let signedNames: String
  let text: String

  /// - Parameters:
  ///   - host: the value of `Host`.
  ///   - target: path and query as they are sent.
  ///   - bodyDigest: the SHA-256 of the body, in hexadecimal.
  init(method: String, host: String, target: String, headers: [(name: String, value: String)], bodyDigest: String) {
    var fields = headers.map { (name: $0.name.lowercased(), value: $0.value) }.filter { Self.isSigned($0.name) }
    fields.append(("host", host))
    let names = Set(fields.map(\.name)).sorted()
    signedNames = names.joined(separator: ";")
    let lines = names.map { name in
      name + ":" + fields.filter { $0.name == name }.map { Self.trimmed($0.value) }.joined(separator: ",") + "\n"
    }
    let mark = target.firstIndex(of: "?")
    let path = Self.path(target[..<(mark ?? target.endIndex)])
    let query = Self.query(mark.map { target[target.index(after: $0)...] } ?? "")
    text = "\(method)\n\(path)\n\(query)\n\(lines.joined())\n\(signedNames)\n\(bodyDigest)"
  }

  /// What every request must sign, and what says how its body is to be read. AWS's own load balancers change the trace.
  private static func isSigned(_ name: String) -> Bool {
    name == "content-type" || name.hasPrefix("x-amz") && name != "x-amzn-trace-id"
  }

  /// Without blanks at its ends, and with one in place of several.
  private static func trimmed(_ value: String) -> String {
    value.split(whereSeparator: { $0 == " " || $0 == "\t" }).joined(separator: " ")
  }

  /// The path without empty and dot segments, each byte encoded once more: what is sent as `%3A` is signed as `%253A`.
  private static func path(_ path: Substring) -> String {
    var segments: [Substring] = []
    for segment in path.split(separator: "/") {
      switch segment {
      case ".": continue
      case "..": _ = segments.popLast()
      default: segments.append(segment)
      }
    }
    let closes = path.hasSuffix("/") && !segments.isEmpty
    return "/" + segments.map(encoded).joined(separator: "/") + (closes ? "/" : "")
  }

  /// The parameters in the order of their names and values, as they are sent.
  private static func query(_ query: Substring) -> String {
    guard !query.isEmpty else { return "" }
    let pairs = query.split(separator: "&", omittingEmptySubsequences: false).map { pair in
      let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      return (name: parts.first ?? "", value: parts.count > 1 ? parts[1] : "")
    }
    let sorted = pairs.sorted { $0.name == $1.name ? $0.value < $1.value : $0.name < $1.name }
    return sorted.map { "\($0.name)=\($0.value)" }.joined(separator: "&")
  }

  private static func encoded(_ segment: Substring) -> String {
    let digits = Array("0123456789ABCDEF".utf8)
    var bytes: [UInt8] = []
    for byte in segment.utf8 {
      if isUnreserved(byte) {
        bytes.append(byte)
      } else {
        bytes.append(contentsOf: [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]])
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  private static func isUnreserved(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
      UInt8(ascii: "~"):
      true
    default: false
    }
  }
}
