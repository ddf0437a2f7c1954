internal import Glibc

/// A text that is an IP address, in one spelling for each address.
struct IPLiteral: Hashable {
  /// Four bytes, or sixteen; an IPv4 address that IPv6 carries is four.
  private let bytes: [UInt8]

  /// Nil where the text is a name. Forms that only some programs read (`127.1`, `0x7f000001`) are names too.
  init?(_ text: String) {
    var v4 = in_addr()
    var v6 = in6_addr()
    if inet_pton(AF_INET, text, &v4) == 1 {
      bytes = withUnsafeBytes(of: v4) { Array($0) }
    } else if inet_pton(AF_INET6, text, &v6) == 1 {
      let all = withUnsafeBytes(of: v6) { Array($0) }
      let mappedPrefix: [UInt8] = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff]
      bytes = all.starts(with: mappedPrefix) ? Array(all[12...]) : all
    } else {
      return nil
    }
  }

  /// 127.0.0.0/8 and ::1.
  var isLoopback: Bool {
    bytes.count == 4 ? bytes[0] == 127 : bytes.last == 1 && bytes.dropLast().allSatisfy { $0 == 0 }
  }

  /// 0.0.0.0 and ::, which stand for every address when listening.
  var isUnspecified: Bool { bytes.allSatisfy { $0 == 0 } }
}
