import Testing

@testable import Observability

@Suite struct DecimalTextTests {
  @Test(
    "An integer in a small unit is written in the large one, to the last digit",
    arguments: [
      (0, 12, "0"), (1_234_567, 12, "0.000001234567"), (1, 12, "0.000000000001"), (1_000_000_000_000, 12, "1"),
      (1_500_000_000_000, 12, "1.5"), (-1_500_000, 6, "-1.5"), (-1, 6, "-0.000001"), (42, 0, "42"), (100, 0, "100"),
      (Int128.max, 12, "170141183460469231731687303.715884105727"),
      (Int128.min, 12, "-170141183460469231731687303.715884105728"),
    ] as [(Int128, Int, String)])
  func text(value: Int128, fractionDigits: Int, text: String) {
    #expect(DecimalText.text(value, fractionDigits: fractionDigits) == text)
  }

  @Test("A bucket's bound has a digit after the point, as OpenMetrics demands")
  func float() {
    #expect(DecimalText.float(1_000_000, fractionDigits: 6) == "1.0")
    #expect(DecimalText.float(2_500, fractionDigits: 6) == "0.0025")
    #expect(DecimalText.float(128, fractionDigits: 0) == "128.0")
  }
}
