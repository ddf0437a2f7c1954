import JSON
import Testing

@Suite("A decimal number")
struct JSONDecimalTests {
  @Test(
    "is scaled exactly, halves to the even number",
    arguments: [
      ("0", 12, 0), ("1", 12, 1_000_000_000_000), ("0.000001", 12, 1_000_000), ("1.4e-07", 12, 140_000),
      ("3.4e-7", 12, 340_000), ("1E-12", 12, 1), ("0.0076509169000000005", 12, 7_650_916_900),
      ("4.1400000000000003e-05", 12, 41_400_000), ("0.0000000000005", 12, 0), ("0.0000000000015", 12, 2),
      ("0.0000000000005000000000000000000001", 12, 0), ("0.00000000000051", 12, 1), ("1e-40", 12, 0),
      ("9223372.036854775807", 12, .max), ("0.95", 12, 950_000_000_000), ("12.5e+1", 0, 125), ("2.5", 0, 2),
      ("3.5", 0, 4), ("3.0005", 3, 3000), ("1.2345", 3, 1234), ("-0", 12, 0), ("-0.0e5", 12, 0),
      ("0.1000000000000000055511151231257827", 12, 100_000_000_000), ("100000000000000000000e-20", 3, 1000),
    ] as [(String, Int, Int64)])
  func isScaled(text: String, power: Int, expected: Int64) throws {
    #expect(try #require(JSONDecimal(text)).scaled(byPowerOfTen: power) == expected)
  }

  @Test(
    "that is negative or does not fit has no scaled value",
    arguments: [
      "-1", "-1e-12", "9223372.036854775808", "1e8", "1e300", "1e999999999999999999999", "18446744073709551616",
      "99999999999999999999999999999",
    ])
  func isRefused(text: String) throws {
    #expect(try #require(JSONDecimal(text)).scaled(byPowerOfTen: 12) == nil)
  }

  @Test(
    "is a count only where it is whole",
    arguments: [
      ("12", 12), ("12.0", 12), ("1.2e1", 12), ("1200e-2", 12), ("0.0", 0), ("12.5", nil), ("-3", nil), ("1e-1", nil),
      ("9223372036854775807", .max), ("9223372036854775808", nil), ("1e19", nil),
    ] as [(String, Int64?)])
  func wholes(text: String, expected: Int64?) throws {
    #expect(try #require(JSONDecimal(text)).whole == expected)
  }

  @Test(
    "is read by JSON's grammar alone",
    arguments: ["", "-", "01", "1.", ".5", "+1", "1e", "1e+", "0x1", "1 ", " 1", "1,5", "NaN", "Infinity", "1e5.0"])
  func grammar(text: String) {
    #expect(JSONDecimal(text) == nil)
  }

  @Test("is the same as the integer arithmetic of its digits says")
  func agreesWithDigits() throws {
    for units in [Int64(0), 1, 7, 99, 1_000, 1_234_567] {
      for places in 0...12 {
        let digits = String(units)
        let padded = String(repeating: "0", count: max(0, places + 1 - digits.count)) + digits
        let text = places == 0 ? padded : "\(padded.dropLast(places)).\(padded.suffix(places))"
        var expected = units
        for _ in places..<12 { expected *= 10 }
        let decimal = try #require(JSONDecimal(text), "\(text)")
        #expect(decimal.scaled(byPowerOfTen: 12) == expected, "\(text)")
        #expect(try #require(JSONDecimal("\(units)e-\(places)")).scaled(byPowerOfTen: 12) == expected)
      }
    }
  }
}
