internal import CCurl

/// Which addresses a transfer may connect to.
public enum AddressRule: Sendable, Equatable {
  case any
  /// Only what can be reached by everyone: no private, loopback or link-local address, no metadata service of a cloud. The address of the
  /// socket itself is looked at, whatever names stood before it; no pooled connection is used, and none is left behind.
  case publicOnly
}

/// The address of a socket that is about to be opened.
struct NetworkAddress: Sendable, Equatable, CustomStringConvertible {
  /// 4 or 16.
  let bytes: [UInt8]

  init(bytes: [UInt8]) { self.bytes = bytes }

  /// Nil where it is neither IPv4 nor IPv6.
  init?(_ address: UnsafePointer<curl_sockaddr>) {
    var bytes = [UInt8](repeating: 0, count: 16)
    let count = bytes.withUnsafeMutableBufferPointer { ccurl_address_bytes(address, $0.baseAddress) }
    guard count == 4 || count == 16 else { return nil }
    self.bytes = Array(bytes.prefix(Int(count)))
  }

  var description: String {
    guard bytes.count == 16 else { return bytes.map(String.init).joined(separator: ".") }
    return stride(from: 0, to: 16, by: 2)
      .map { String(UInt16(bytes[$0]) << 8 | UInt16(bytes[$0 + 1]), radix: 16) }.joined(separator: ":")
  }

  /// Whether the address is one of the public internet, by IANA's registries of special-purpose addresses (RFC 6890 and what came after).
  var isPublic: Bool {
    bytes.count == 4 ? Self.isPublicVersion4(bytes[...]) : bytes.count == 16 && isPublicVersion6
  }

  /// Blocks that are not global: this network, private, shared, loopback, link-local, protocol assignments, documentation, 6to4 relays,
  /// benchmarks, multicast, reserved.
  private static let specialVersion4: [(prefix: [UInt8], bits: Int)] = [
    ([0], 8), ([10], 8), ([100, 64], 10), ([127], 8), ([169, 254], 16), ([172, 16], 12), ([192, 0, 0], 24),
    ([192, 0, 2], 24), ([192, 88, 99], 24), ([192, 168], 16), ([198, 18], 15), ([198, 51, 100], 24),
    ([203, 0, 113], 24), ([224], 4), ([240], 4),
    // Azure's platform address, which answers its virtual machines only.
    ([168, 63, 129, 16], 32),
  ]

  /// Of 2000::/3, what is not global: protocol assignments (Teredo among them), documentation, 6to4.
  private static let specialVersion6: [(prefix: [UInt8], bits: Int)] = [
    ([0x20, 0x01, 0x00], 23), ([0x20, 0x01, 0x0d, 0xb8], 32), ([0x20, 0x02], 16), ([0x3f, 0xff, 0x00], 20),
  ]

  private static func isPublicVersion4(_ bytes: ArraySlice<UInt8>) -> Bool {
    !specialVersion4.contains { begins(bytes, $0.prefix, bits: $0.bits) }
  }

  /// Only 2000::/3 is given out. A translated or mapped address is what it stands for.
  private var isPublicVersion6: Bool {
    let mapped: [UInt8] = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff]
    let translated: [UInt8] = [0, 0x64, 0xff, 0x9b, 0, 0, 0, 0, 0, 0, 0, 0]
    if bytes.starts(with: mapped) || bytes.starts(with: translated) { return Self.isPublicVersion4(bytes.suffix(4)) }
    guard Self.begins(bytes[...], [0x20], bits: 3) else { return false }
    return !Self.specialVersion6.contains { Self.begins(bytes[...], $0.prefix, bits: $0.bits) }
  }

  private static func begins(_ bytes: ArraySlice<UInt8>, _ prefix: [UInt8], bits: Int) -> Bool {
    var left = bits
    for (position, byte) in bytes.enumerated() where left > 0 {
      let mask = left >= 8 ? 0xff : ~(UInt8(0xff) >> UInt8(left))
      let wanted = position < prefix.count ? prefix[position] : 0
      guard byte & mask == wanted & mask else { return false }
      left -= 8
    }
    return true
  }
}
