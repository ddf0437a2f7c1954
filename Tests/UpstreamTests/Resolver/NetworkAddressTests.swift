import NIOCore
import Testing

@testable import Upstream

@Suite struct NetworkAddressTests {
  private static func address(_ text: String) -> NetworkAddress {
    if !text.contains(":") { return NetworkAddress(bytes: text.split(separator: ".").compactMap { UInt8($0) }) }
    let halves = text.split(separator: "::", omittingEmptySubsequences: false).map {
      $0.split(separator: ":").flatMap { group -> [UInt8] in
        let value = UInt16(group, radix: 16) ?? 0
        return [UInt8(value >> 8), UInt8(truncatingIfNeeded: value)]
      }
    }
    let tail = halves.count > 1 ? halves[1] : []
    return NetworkAddress(bytes: halves[0] + [UInt8](repeating: 0, count: 16 - halves[0].count - tail.count) + tail)
  }

  /// The first and the last address of each block of IANA's registries of special-purpose addresses, and what metadata services use.
  @Test(
    arguments: [
      "0.0.0.0", "0.255.255.255", "10.0.0.0", "10.255.255.255", "100.64.0.0", "100.127.255.255", "100.100.100.200",
      "127.0.0.1", "127.255.255.255", "169.254.0.0", "169.254.169.254", "172.16.0.0", "172.31.255.255", "192.0.0.192",
      "192.0.2.1", "192.88.99.1", "192.168.0.0", "192.168.255.255", "198.18.0.0", "198.19.255.255", "198.51.100.7",
      "203.0.113.9", "224.0.0.1", "239.255.255.255", "240.0.0.1", "255.255.255.255", "168.63.129.16", "::", "::1",
      "::7f00:1", "::ffff:7f00:1", "::ffff:a9fe:a9fe", "64:ff9b::a00:1", "64:ff9b:1::1", "100::1", "2001::1",
      "2001:1ff::1", "2001:db8::1", "2002:7f00:1::1", "3fff::1", "3fff:fff::1", "fc00::1", "fd00:ec2::254", "fe80::1",
      "febf::1", "fec0::1", "ff02::1", "4000::1", "1fff::1",
    ])
  func `an address that not everyone can reach is not public`(text: String) {
    #expect(!Self.address(text).isPublic)
  }

  @Test(
    arguments: [
      "1.1.1.1", "9.255.255.255", "11.0.0.0", "100.63.255.255", "100.128.0.0", "126.255.255.255", "128.0.0.0",
      "169.253.255.255", "169.255.0.0", "172.15.255.255", "172.32.0.0", "192.0.1.0", "192.167.255.255", "192.169.0.0",
      "198.17.255.255", "198.20.0.0", "223.255.255.255", "168.63.129.15", "::ffff:808:808", "64:ff9b::808:808",
      "2001:200::1", "2001:4860:4860::8888", "2606:4700::1111", "2003::1", "3ffe::1", "3fff:1000::1",
    ])
  func `any other address is`(text: String) {
    #expect(Self.address(text).isPublic)
  }

  @Test func `an address is known in every spelling that a resolver reads, and what a name stands for is not`() {
    for host in ["10.0.0.1", "127.1", "2130706433", "0x7f.0.0.1", "017700000001", "::1", "::ffff:10.0.0.1", "fe80::1"] {
      #expect(!AddressRule.publicOnly.canAllow(host: host), "\(host)")
      #expect(AddressRule.any.canAllow(host: host), "\(host)")
    }
    for host in ["1.1.1.1", "2606:4700::1111", "hooks.example", "localhost", "10.0.0.1.example", ""] {
      #expect(AddressRule.publicOnly.canAllow(host: host), "\(host)")
    }
  }

  @Test func `neither is what is no address`() {
    for count in [0, 1, 3, 5, 15, 17] { #expect(!NetworkAddress(bytes: [UInt8](repeating: 32, count: count)).isPublic) }
  }

  @Test func `a guarded transfer does not reach a private address, by whatever name, nor by a pooled connection`()
    async throws
  {
    let names = ScriptedNames()
    names.answerAll(.found(["127.0.0.1", "::1"].compactMap { HostAddress($0) }))
    let server = try LoopbackServer { connection, _ in
      while connection.readRequest() != nil { connection.send(okReply("x")) }
    }
    defer { server.stop() }
    try await withClient(resolver: NameResolver(lookUp: names.lookUp)) { client in
      for host in ["127.0.0.1", "::1", "inside.example"] {
        // What is allowed leaves a connection in the pool.
        if host != "::1" { #expect(await Call.start(client, .get(server.port, host: host)).end().text == "x") }
        var request = UpstreamRequest.get(server.port, host: host)
        request.addresses = .publicOnly
        let reply = await Call.start(client, request).end()
        #expect(reply.failure == .connectFailed, "\(host): \(reply.end)")
        #expect(reply.end.explanation.contains("not a public address"), "\(reply.end.explanation)")
        #expect(!reply.end.wasSent && reply.sends == 0)
      }
    }
  }
}
