/// A natural number of any size, slow and plain: what the exact arithmetic of charges is compared with.
struct NaturalNumber: Equatable, Comparable {
  /// Base 2^32, the lowest digit first, without zeros at the end.
  private var digits: [UInt32]

  init(_ value: some BinaryInteger) {
    digits = []
    var rest = UInt128(value)
    while rest > 0 {
      digits.append(UInt32(truncatingIfNeeded: rest))
      rest >>= 32
    }
  }

  var isEven: Bool { (digits.first ?? 0) % 2 == 0 }

  static func + (lhs: Self, rhs: Self) -> Self {
    var sum = Self(0)
    var carry: UInt64 = 0
    for index in 0..<max(lhs.digits.count, rhs.digits.count) {
      carry += UInt64(lhs.digit(index)) + UInt64(rhs.digit(index))
      sum.digits.append(UInt32(truncatingIfNeeded: carry))
      carry >>= 32
    }
    if carry > 0 { sum.digits.append(UInt32(carry)) }
    return sum
  }

  static func * (lhs: Self, rhs: Self) -> Self {
    var product = Self(0)
    for (place, digit) in lhs.digits.enumerated() {
      var row = Self(0)
      row.digits = Array(repeating: 0, count: place)
      var carry: UInt64 = 0
      for other in rhs.digits {
        carry += UInt64(digit) * UInt64(other)
        row.digits.append(UInt32(truncatingIfNeeded: carry))
        carry >>= 32
      }
      if carry > 0 { row.digits.append(UInt32(carry)) }
      product = product + row.trimmed()
    }
    return product
  }

  static func < (lhs: Self, rhs: Self) -> Bool {
    if lhs.digits.count != rhs.digits.count { return lhs.digits.count < rhs.digits.count }
    return lhs.digits.reversed().lexicographicallyPrecedes(rhs.digits.reversed())
  }

  private func digit(_ index: Int) -> UInt32 { index < digits.count ? digits[index] : 0 }

  private func trimmed() -> Self {
    var number = self
    while number.digits.last == 0 { number.digits.removeLast() }
    return number
  }
}
