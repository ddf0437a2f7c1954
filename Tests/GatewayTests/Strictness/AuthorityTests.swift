import Testing

@testable import Gateway

@Suite("An address as text")
struct AddressTextTests {
  @Test(
    "is IPv6 in the forms of RFC 4291",
    arguments: [
      "::", "::1", "1::", "1:2:3:4:5:6:7:8", "fe80::1", "2001:DB8::a:b", "::ffff:127.0.0.1", "1:2:3:4:5:6:1.2.3.4",
      "1:2:3::7:8", "::2:3:4:5:6:7:8",
    ])
  func isIPv6(text: String) {
    #expect(AddressText.isIPv6(Array(text.utf8)[...]))
  }

  @Test(
    "is not IPv6 in any other",
    arguments: [
      "", ":", ":::", "1", "1:2", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", "1::2::3", "12345::", "g::", "::1 ",
      "1:2:3:4:5:6:7:",
      ":1:2:3:4:5:6:7", "::1.2.3", "1.2.3.4::", "::256.1.1.1", "1:2:3:4:5:6:7:1.2.3.4", "1:2:3:4::5:6:7:8", "::1%lo",
    ])
  func isNotIPv6(text: String) {
    #expect(!AddressText.isIPv6(Array(text.utf8)[...]))
  }

  @Test("is IPv4 only as four plain decimal numbers")
  func ipv4() {
    for text in ["0.0.0.0", "127.0.0.1", "255.255.255.255"] { #expect(AddressText.isIPv4(Array(text.utf8)[...])) }
    for text in ["", "1.2.3", "1.2.3.4.5", "256.0.0.1", "01.2.3.4", "1.2.3.", "a.b.c.d", "+1.2.3.4", "1.2.3.4 "] {
      #expect(!AddressText.isIPv4(Array(text.utf8)[...]), "\(text)")
    }
  }
}
