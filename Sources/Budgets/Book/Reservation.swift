import Metering

/// What one call has reserved.
struct Reservation: Sendable {
  var call: CallID
  /// What is charged where nobody ever says what the call used.
  var estimate: CallAmounts
  var firstHolding: Int
  var madeAt: Timestamp
  var isLive: Bool
  /// How often the place was used.
  var generation: Int64

  static func ended(generation: Int64) -> Reservation {
    Reservation(
      call: CallID(rawValue: 0), estimate: .zero, firstHolding: nowhere, madeAt: BudgetWindow.always.start,
      isLive: false, generation: generation)
  }
}

/// What a reservation holds in one account.
struct Holding: Sendable {
  var account: Int
  /// Reserved, in the budget's unit.
  var amount: Int64
  var unit: BudgetUnit
  /// Whether it is a bound of what the call can use.
  var isHard: Bool
  /// Whether that is one that the call may not pass.
  var isFirm: Bool
  /// Under which approval it was reserved above the limit; nil where it fitted.
  var allowance: AllowanceKey?
  /// The next one of the same reservation.
  var next: Int

  static let none = Holding(
    account: nowhere, amount: 0, unit: .usd, isHard: false, isFirm: false, allowance: nil, next: nowhere)
}

extension ReservationID {
  private static let placeBits: Int64 = 24

  /// The most reservations at a time: more than any machine has calls in flight.
  static let placesMax = 1 << 24

  /// After so many reservations numbers begin anew.
  static let generationMax: Int64 = 1 << (63 - placeBits) - 1

  init(place: Int, generation: Int64) {
    self.init(rawValue: generation << Self.placeBits | Int64(place))
  }

  var place: Int { Int(rawValue & (1 << Self.placeBits - 1)) }
  var generation: Int64 { rawValue >> Self.placeBits }
}
