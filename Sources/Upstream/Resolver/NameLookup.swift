import Glibc

/// What a look-up of a name came to.
enum NameLookup: Sendable, Equatable {
  /// At least one address, in the order to try them.
  case found([HostAddress])
  /// In words, for a log line.
  case failed(String)

  static let addressesMax = 16

  /// Asks the system (`/etc/hosts`, then the name servers, as nsswitch.conf says). Blocks for as long as they take.
  static func system(_ name: String) -> NameLookup {
    var hints = addrinfo()
    hints.ai_family = AF_UNSPEC
    hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
    var list: UnsafeMutablePointer<addrinfo>?
    let code = getaddrinfo(name, nil, &hints, &list)
    defer { if let list { freeaddrinfo(list) } }
    guard code == 0 else { return .failed(String(cString: gai_strerror(code))) }
    var addresses: [HostAddress] = []
    var next = list
    while let entry = next, addresses.count < self.addressesMax {
      if let address = HostAddress(entry.pointee), !addresses.contains(address) { addresses.append(address) }
      next = entry.pointee.ai_next
    }
    return addresses.isEmpty ? .failed("the name has no address") : .found(addresses)
  }
}

extension HostAddress {
  /// The address of a look-up's answer; nil where it cannot be written without a zone.
  fileprivate init?(_ entry: addrinfo) {
    let textBytesMax = 64
    let text = withUnsafeTemporaryAllocation(of: CChar.self, capacity: textBytesMax) { buffer -> String? in
      let code = getnameinfo(
        entry.ai_addr, entry.ai_addrlen, buffer.baseAddress, socklen_t(textBytesMax), nil, 0, NI_NUMERICHOST)
      return code == 0 ? buffer.baseAddress.map { String(cString: $0) } : nil
    }
    guard let text else { return nil }
    self.init(text)
  }
}
