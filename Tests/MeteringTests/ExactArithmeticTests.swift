import Testing

@testable import Metering

@Suite("Exact arithmetic")
struct ExactArithmeticTests {
  @Test(
    "A price is read as a decimal or a fraction, and written back in lowest terms",
    arguments: [
      ("0.0625", "0.0625"), ("10", "10"), ("0", "0"), ("1/12", "1/12"), ("2/24", "1/12"), ("3/8", "0.375"),
      ("000.50", "0.5"), ("0.000000000000000001", "0.000000000000000001"), ("999999999999999999", "999999999999999999"),
      ("5/1", "5"), ("0/7", "0"),
    ])
  func readsPrices(text: String, written: String) throws {
    #expect(try #require(ExactFraction(text)).description == written)
  }

  @Test(
    "What is neither is refused",
    arguments: [
      "", ".", "1.", ".5", "-1", "+1", "1e3", "1 ", "0x1", "1/0", "1/", "/2", "1/2/3", "1.5/2", "1,5", "NaN", "１",
      "1234567890123456789", "0.1234567890123456789",
    ])
  func refusesOthers(text: String) {
    #expect(ExactFraction(text) == nil)
  }

  @Test("A division is rounded half to even")
  func roundsHalfToEven() {
    let cases: [(Int128, Int128, Int128, Bool)] = [
      (1, 2, 0, false), (3, 2, 2, false), (5, 2, 2, false), (7, 2, 4, false), (1, 3, 0, false), (2, 3, 1, false),
      (6, 3, 2, true), (0, 5, 0, true), (Int128.max, 1, Int128.max, true), (Int128.max, 2, Int128.max / 2 + 1, false),
    ]
    for (top, bottom, quotient, isExact) in cases {
      let result = ExactSum.dividedHalfToEven(top, by: bottom)
      #expect(result.quotient == quotient && result.isExact == isExact, "\(top)/\(bottom)")
    }
  }

  @Test("Sums of random lines equal those of unbounded numbers")
  func sumsEqualTheNaiveOnes() throws {
    let seed: UInt64 = 20_261_123
    var random = SeededGenerator(seed: seed)
    for round in 0..<2000 {
      var sum = ExactSum()
      // The same sum as one fraction of unbounded numbers.
      var top = NaturalNumber(0)
      var bottom = NaturalNumber(1)
      for _ in 0..<Int.random(in: 1...8, using: &random) {
        let quantity = Int64.random(in: 0...(1 << Int64.random(in: 0...40, using: &random)), using: &random)
        let price = Int128.random(in: 0...(1 << 40), using: &random)
        let divisor = Int128([1, 1, 2, 3, 7, 9, 12, 1000, 3600].randomElement(using: &random) ?? 1)
        let rate = try #require(ExactFraction(price, over: divisor))
        sum.add(quantity, at: rate)
        let line = NaturalNumber(quantity) * NaturalNumber(rate.numerator)
        top = top * NaturalNumber(rate.denominator) + line * bottom
        bottom = bottom * NaturalNumber(rate.denominator)
      }
      let (picodollars, isRounded) = sum.rounded
      guard !sum.overflows else {
        #expect(NaturalNumber(Int64.max) * bottom < top + bottom, "seed \(seed), round \(round)")
        continue
      }
      let stored = NaturalNumber(picodollars) * bottom
      let twice = NaturalNumber(2)
      let message: Comment = "seed \(seed), round \(round)"
      #expect(isRounded == (stored != top), message)
      if stored < top {
        #expect(twice * top < twice * stored + bottom || (twice * top == twice * stored + bottom), message)
        if twice * top == twice * stored + bottom { #expect(NaturalNumber(picodollars).isEven, message) }
      } else {
        #expect(twice * stored < twice * top + bottom || (twice * stored == twice * top + bottom), message)
        if twice * stored == twice * top + bottom { #expect(NaturalNumber(picodollars).isEven, message) }
      }
    }
  }

  @Test("A sum beyond the largest amount stays there and says so")
  func saturates() {
    var sum = ExactSum()
    for _ in 0..<17 { sum.add(.max, at: ExactFraction(whole: .max)) }
    #expect(sum.rounded.picodollars == .max)
    #expect(sum.overflows)
  }

  @Test("Denominators without a common multiple that fits round their own lines")
  func roundsLinesThatDoNotFitTogether() throws {
    var sum = ExactSum()
    for prime: Int128 in [9_223_372_036_854_775_783, 9_223_372_036_854_775_643, 9_223_372_036_854_775_549] {
      sum.add(3, at: try #require(ExactFraction(prime - 1, over: prime)))
    }
    #expect(sum.rounded == (9, true))
    #expect(!sum.overflows)
  }

  @Test("The sum over ten million rows is exact, whatever the prices, and is rounded once")
  func tenMillionRows() throws {
    let seed: UInt64 = 20_261_123
    var random = SeededGenerator(seed: seed)
    // Whole pico-dollars, thirds (0.111 USD an hour of speech, in milliseconds) and sevenths.
    let rates = [(2_000_000, 1), (37_500, 1), (3_625, 1), (92_500_000, 3_000), (1, 7)] as [(Int64, Int64)]
    let fractions = try rates.map { try #require(ExactFraction(Int128($0.0), over: Int128($0.1))) }
    var batch = ExactSum()
    // The same in twenty-one-thousandths, in which every one of them is whole.
    var expected: Int128 = 0
    for _ in 0..<10_000 {
      let quantity = Int64.random(in: 0...2_000_000, using: &random)
      let index = Int.random(in: rates.indices, using: &random)
      batch.add(quantity, at: fractions[index])
      expected += Int128(quantity) * Int128(rates[index].0) * (21_000 / Int128(rates[index].1))
    }
    var sum = ExactSum()
    for _ in 0..<1_000 { sum.add(batch) }
    let (quotient, remainder) = (expected * 1_000).quotientAndRemainder(dividingBy: 21_000)
    let rounded = remainder * 2 > 21_000 || (remainder * 2 == 21_000 && quotient % 2 == 1) ? quotient + 1 : quotient
    #expect(Int128(sum.rounded.picodollars) == rounded, "seed \(seed)")
    #expect(sum.rounded.isRounded == (remainder != 0) && !sum.overflows)
  }

  @Test("A product is exact, and one that cannot be is rounded once and says so")
  func products() throws {
    let third = try #require(ExactFraction(1, over: 3))
    var sum = ExactSum()
    sum.add(10, at: third)
    sum.multiply(by: try #require(ExactFraction(3, over: 10)))
    #expect(sum.rounded == (1, false))
    sum.multiply(by: .zero)
    #expect(sum.rounded == (0, false))
    var large = ExactSum()
    large.add(.max, at: ExactFraction(whole: .max))
    large.multiply(by: ExactFraction(whole: .max))
    #expect(large.rounded.picodollars == .max && large.overflows)
  }
}
