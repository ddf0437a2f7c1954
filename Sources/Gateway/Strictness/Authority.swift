/// A host with an optional port, as `Host`, `Origin` and base URLs write it.
struct Authority: Equatable {
  /// A name or an address, in lower case, without brackets and without a last dot.
  var host: String
  /// 1 to 65535; nil where none is written.
  var port: Int?

  /// Reads `name`, `name:80`, `127.0.0.1:80`, `[::1]:80`. Nil for anything else: user information, a path, a list, an
  /// escape, a zone, a name with other characters than letters, digits, `-`, `_` and dots.
  init?(_ text: Substring) {
    var rest = text
    if rest.first == "[" {
      guard let close = rest.firstIndex(of: "]") else { return nil }
      let address = rest[rest.index(after: rest.startIndex)..<close]
      guard AddressText.isIPv6(address) else { return nil }
      host = address.lowercased()
      rest = rest[rest.index(after: close)...]
    } else {
      let name = rest.prefix { $0 != ":" }
      guard let normal = Self.normalName(name) else { return nil }
      host = normal
      rest = rest[name.endIndex...]
    }
    guard !rest.isEmpty else { return }
    guard rest.first == ":", rest.utf8.count <= 6, let number = Self.port(rest.dropFirst()) else { return nil }
    port = number
  }

  /// Whether this is the machine itself, whatever the resolver says: `localhost` and names below it, 127.0.0.0/8, ::1.
  var isLoopback: Bool {
    host == "localhost" || host.hasSuffix(".localhost") || host == "::1"
      || AddressText.isIPv4(host[...]) && host.hasPrefix("127.")
  }

  private static let nameBytes = ByteSet(alphanumericsAnd: "-_.")

  private static func normalName(_ name: Substring) -> String? {
    var labels = name
    if labels.last == "." { labels.removeLast() }
    guard !labels.isEmpty, labels.utf8.count <= 253, nameBytes.containsAll(of: labels.utf8.span),
      !labels.hasPrefix("."), !labels.hasSuffix("."), !labels.contains("..")
    else { return nil }
    return labels.lowercased()
  }

  private static func port(_ text: Substring) -> Int? {
    guard ByteSet.digits.containsAll(of: text.utf8.span), let number = Int(text), (1...65535).contains(number)
    else { return nil }
    return number
  }
}

/// The written forms of IP addresses.
enum AddressText {
  /// Four decimal numbers up to 255, without leading zeros.
  static func isIPv4(_ text: Substring) -> Bool {
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    return parts.count == 4
      && parts.allSatisfy { part in
        ByteSet.digits.containsAll(of: part.utf8.span) && part.utf8.count <= 3 && (part == "0" || part.first != "0")
          && Int(part).map { $0 <= 255 } ?? false
      }
  }

  /// The forms of RFC 4291, section 2.2, without a zone.
  static func isIPv6(_ text: Substring) -> Bool {
    guard let gap = text.firstRange(of: "::") else { return groups(text, isLast: true) == 8 }
    let head = text[..<gap.lowerBound]
    let tail = text[gap.upperBound...]
    guard let before = head.isEmpty ? 0 : groups(head, isLast: false),
      let after = tail.isEmpty ? 0 : groups(tail, isLast: true)
    else { return false }
    return before + after <= 7
  }

  /// How many groups of 16 bits the text is; nil where it is malformed. An IPv4 address at the end counts for two.
  private static func groups(_ text: Substring, isLast: Bool) -> Int? {
    let parts = text.split(separator: ":", omittingEmptySubsequences: false)
    var count = 0
    for (index, part) in parts.enumerated() {
      if isLast, index == parts.count - 1, part.contains(".") {
        guard isIPv4(part) else { return nil }
        count += 2
        continue
      }
      guard (1...4).contains(part.utf8.count), part.utf8.allSatisfy({ $0.hexadecimalValue != nil }) else { return nil }
      count += 1
    }
    return count
  }
}
