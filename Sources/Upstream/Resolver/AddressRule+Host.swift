import Glibc

extension AddressRule {
  /// Whether a host can be one that may be connected to. False for an address, in any spelling that a resolver reads (`127.1`,
  /// `0x7f000001`), which the rule leaves out; what a name stands for is seen when it is looked up.
  public func canAllow(host: String) -> Bool {
    switch self {
    case .any: true
    case .publicOnly: NetworkAddress(spelling: host)?.isPublic ?? true
    }
  }
}

extension NetworkAddress {
  /// Nil where the text is a name.
  init?(spelling text: String) {
    var version4 = in_addr()
    var version6 = in6_addr()
    if inet_aton(text, &version4) != 0 {
      self.init(bytes: withUnsafeBytes(of: version4) { Array($0) })
    } else if inet_pton(AF_INET6, text, &version6) == 1 {
      self.init(bytes: withUnsafeBytes(of: version6) { Array($0) })
    } else {
      return nil
    }
  }
}
