import Testing

@testable import Tollgate

@Suite("Values with units")
struct UnitTests {
  @Test(
    "A length of time is read from counts with units, and written in the largest unit that fits",
    arguments: [
      ("30s", 30_000, "30s"), ("500ms", 500, "500ms"), ("90d", 7_776_000_000, "90d"), ("1h30m", 5_400_000, "90m"),
      ("1 h 30 m", 5_400_000, "90m"), ("2w", 1_209_600_000, "14d"), ("0s", 0, "0s"), ("86400s", 86_400_000, "1d"),
    ] as [(String, Int64, String)])
  func timeSpans(text: String, milliseconds: Int64, canonical: String) throws {
    let span = try TimeSpan(parsing: text)
    #expect(span.milliseconds == milliseconds)
    #expect(span.description == canonical)
  }

  @Test(
    "What is not a length of time is refused",
    arguments: ["", "30", "s", "-1s", "1.5h", "30 seconds", "1h30", "99999999999999999999s", "40000d", "١s"])
  func badTimeSpans(text: String) {
    #expect(throws: MalformedText.self) { try TimeSpan(parsing: text) }
  }

  @Test(
    "A size is read in binary and decimal units, and written in the largest binary one that fits",
    arguments: [
      ("64 KiB", 65_536, "64 KiB"), ("64MiB", 67_108_864, "64 MiB"), ("1 MB", 1_000_000, "1000000 B"),
      ("2048 B", 2048, "2 KiB"), ("0 B", 0, "0 B"), ("1 GiB", 1_073_741_824, "1 GiB"),
    ] as [(String, Int64, String)])
  func byteSizes(text: String, bytes: Int64, canonical: String) throws {
    let size = try ByteSize(parsing: text)
    #expect(size.bytes == bytes)
    #expect(size.description == canonical)
  }

  @Test(
    "What is not a size is refused", arguments: ["", "64", "KiB", "-1 B", "1.5 MiB", "64 kib", "9999999999999 GiB"])
  func badByteSizes(text: String) {
    #expect(throws: MalformedText.self) { try ByteSize(parsing: text) }
  }

  @Test(
    "Money is exact to the pico-dollar",
    arguments: [
      ("0.05 USD", 50_000_000_000, "0.05 USD"), ("12 USD", 12_000_000_000_000, "12 USD"),
      ("0.000000000001 USD", 1, "0.000000000001 USD"), ("1.50  USD", 1_500_000_000_000, "1.5 USD"),
    ] as [(String, Int64, String)])
  func money(text: String, picodollars: Int64, canonical: String) throws {
    let amount = try Dollars(parsing: text)
    #expect(amount.picodollars == picodollars)
    #expect(amount.description == canonical)
  }

  @Test(
    "What is not money in US dollars is refused",
    arguments: [
      "", "0.05", "0.05 EUR", "-1 USD", ".5 USD", "1. USD", "1e3 USD", "0.0000000000001 USD", "9999999999 USD",
    ])
  func badMoney(text: String) {
    #expect(throws: MalformedText.self) { try Dollars(parsing: text) }
  }

  @Test("Fixed digits are rounded half to even, and negative amounts keep their sign")
  func rounding() {
    #expect(DollarText.fixed(picodollars: 1_234_500_000_000, fractionDigits: 3) == "1.234")
    #expect(DollarText.fixed(picodollars: 1_235_500_000_000, fractionDigits: 3) == "1.236")
    #expect(DollarText.fixed(picodollars: -1_235_500_000_000, fractionDigits: 3) == "-1.236")
    #expect(DollarText.fixed(picodollars: -1, fractionDigits: 3) == "0.000")
    #expect(DollarText.fixed(picodollars: 999_999_999_999, fractionDigits: 0) == "1")
    #expect(DollarText.exact(picodollars: 20_000_000 * 1_000_000_000_000) == "20000000")
  }

  @Test(
    "A column of money has as many digits as its smallest amount needs for six significant ones",
    arguments: [
      ([1_500_000_000_000], 5), ([123_456_789], 9), ([0, 250_000_000_000_000], 3), ([0], 2), ([], 2), ([1], 12),
      ([1_500_000_000_000, 123_456_789], 9), ([123_456_000_000_000_000], 2),
    ] as [([Int128], Int)])
  func significantDigits(amounts: [Int128], digits: Int) {
    #expect(DollarText.fractionDigits(showing: 6, of: amounts) == digits)
  }

  @Test(
    "An address to listen on names an address and a port",
    arguments: [
      ("127.0.0.1:4100", true), ("[::1]:4100", true), ("localhost:0", true), ("127.9.9.9:1", true),
      ("0.0.0.0:4100", false), ("[::]:4100", false), ("example.com:80", false), ("127.0.0.1.example.com:80", false),
    ] as [(String, Bool)])
  func listenAddresses(text: String, isLoopback: Bool) throws {
    let address = try ListenAddress(parsing: text)
    #expect(address.description == text)
    #expect(address.isLoopback == isLoopback)
  }

  @Test(
    "What is not an address to listen on is refused",
    arguments: [
      "", "4100", ":4100", "127.0.0.1", "127.0.0.1:70000", "::1:4100", "[127.0.0.1]:1", "a b:1", "http://a:1",
    ])
  func badListenAddresses(text: String) {
    #expect(throws: MalformedText.self) { try ListenAddress(parsing: text) }
  }
}
