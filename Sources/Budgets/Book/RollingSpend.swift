import Metering

/// What was settled in the last seconds, by buckets of a 60th of them, rounded up to whole seconds.
///
/// A bucket counts until all of it is older than the period, so that never less is counted than was used.
struct RollingSpend: Sendable {
  private let bucketMicroseconds: Int64
  private let bucketCount: Int64
  /// The number of the bucket that time has reached, counted from the epoch.
  private var newest: Int64
  private var amounts: [Int64]
  /// How much of each bucket came from the ledger.
  private var restored: [Int64] = []
  private(set) var sum: Int64 = 0

  init(seconds: Int64, at time: Timestamp) {
    let bucketSeconds = (seconds + 59) / 60
    bucketMicroseconds = bucketSeconds * Timestamp.microsecondsPerSecond
    bucketCount = (seconds + bucketSeconds - 1) / bucketSeconds + 1
    newest = Self.bucket(of: time, bucketMicroseconds)
    amounts = [Int64](repeating: 0, count: Int(bucketCount))
  }

  /// The start of the bucket that is posted to now.
  var bucketStart: Timestamp { Timestamp(unixMicroseconds: newest * bucketMicroseconds) }

  /// Lets go of what has become too old. Time that goes back changes nothing. Returns whether anything went.
  mutating func advance(to time: Timestamp) -> Bool {
    let bucket = Self.bucket(of: time, bucketMicroseconds)
    guard bucket > newest else { return false }
    let before = sum
    for number in max(newest + 1, bucket - bucketCount + 1)...bucket { clear(place(of: number)) }
    newest = bucket
    return sum != before
  }

  mutating func post(_ amount: Int64) {
    amounts[place(of: newest)] = amounts[place(of: newest)].saturatingAdd(amount)
    sum = sum.saturatingAdd(amount)
  }

  /// Sets what the ledger knows of the bucket that starts then; false where it is no bucket of now.
  mutating func restore(_ amount: Int64, start: Timestamp) -> Bool {
    let bucket = Self.bucket(of: start, bucketMicroseconds)
    guard bucket <= newest, bucket > newest - bucketCount else { return false }
    if restored.isEmpty { restored = [Int64](repeating: 0, count: amounts.count) }
    let difference = amount.saturatingAdd(-restored[place(of: bucket)])
    restored[place(of: bucket)] = amount
    amounts[place(of: bucket)] = amounts[place(of: bucket)].saturatingAdd(difference)
    sum = sum.saturatingAdd(difference)
    return true
  }

  /// When so much will have left the period, if nothing is added; nil where there is not so much.
  func time(ofRelease amount: Int64) -> Timestamp? {
    var released: Int64 = 0
    for number in (newest - bucketCount + 1)...newest {
      released = released.saturatingAdd(amounts[place(of: number)])
      if released >= amount { return Timestamp(unixMicroseconds: (number + bucketCount) * bucketMicroseconds) }
    }
    return nil
  }

  private mutating func clear(_ place: Int) {
    sum = sum.saturatingAdd(-amounts[place])
    amounts[place] = 0
    if !restored.isEmpty { restored[place] = 0 }
  }

  private func place(of bucket: Int64) -> Int {
    let remainder = bucket % bucketCount
    return Int(remainder < 0 ? remainder + bucketCount : remainder)
  }

  private static func bucket(of time: Timestamp, _ bucketMicroseconds: Int64) -> Int64 {
    let (quotient, remainder) = time.unixMicroseconds.quotientAndRemainder(dividingBy: bucketMicroseconds)
    return remainder < 0 ? quotient - 1 : quotient
  }
}
