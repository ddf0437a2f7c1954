public import Metering

/// Why an amount was booked after a call was settled.
public enum AdjustmentKind: String, Sendable, CaseIterable {
  /// `tollgate reprice`: the price became known, or changed.
  case reprice
  /// `tollgate adjust`: an operator's correction.
  case correction
}

/// What an amount is booked for. A name that is nil stands for no particular one.
public struct AdjustmentScope: Sendable, Equatable {
  public var provider: String
  public var model: String?
  /// The provider's organisation, project or workspace.
  public var project: String?
  public var agent: String?
  public var workflow: String?
  public var run: String?

  public init(
    provider: String, model: String? = nil, project: String? = nil, agent: String? = nil, workflow: String? = nil,
    run: String? = nil
  ) {
    self.provider = provider
    self.model = model
    self.project = project
    self.agent = agent
    self.workflow = workflow
    self.run = run
  }
}

/// An amount that was booked after the fact. Rows of calls are never changed: reports add these to them.
public struct Adjustment: Sendable, Equatable {
  public var id: Int64
  public var bookedAt: Timestamp
  /// The time that it counts at: the call's start, or noon (UTC) of its day, where that had come when it was booked.
  public var effectiveAt: Timestamp
  public var kind: AdjustmentKind
  /// The call that it belongs to; nil for a day's.
  public var call: CallID?
  public var scope: AdjustmentScope
  public var billing: Billing
  public var deltaPicodollars: Int128
  /// How sure the call's cost is from then on; nil for a correction, which leaves that as it is.
  public var costSource: CostSource?
  /// The model of the price book that was charged.
  public var pricedAs: String?
  public var reason: String
  /// Who booked it, as they say.
  public var who: String

  public init(
    id: Int64, bookedAt: Timestamp, effectiveAt: Timestamp, kind: AdjustmentKind, call: CallID?, scope: AdjustmentScope,
    billing: Billing, deltaPicodollars: Int128, costSource: CostSource?, pricedAs: String?, reason: String, who: String
  ) {
    self.id = id
    self.bookedAt = bookedAt
    self.effectiveAt = effectiveAt
    self.kind = kind
    self.call = call
    self.scope = scope
    self.billing = billing
    self.deltaPicodollars = deltaPicodollars
    self.costSource = costSource
    self.pricedAs = pricedAs
    self.reason = reason
    self.who = who
  }
}

/// A correction that an operator asks for.
public struct Correction: Sendable, Equatable {
  /// The longest ``reason``, in bytes.
  public static let reasonBytesMax = 1000
  /// The longest ``who``, and the longest name of a scope, in bytes.
  public static let nameBytesMax = 200
  /// The largest amount in either direction: 10^12 USD.
  public static let deltaMaxPicodollars: Int128 = 1_000_000_000_000_000_000_000_000

  /// What it is for.
  public enum Target: Sendable, Equatable {
    /// A call, with everything that its row names.
    case call(CallID)
    /// A day, in days since 1970 (UTC).
    case day(Int64, AdjustmentScope)
  }

  public var target: Target
  public var deltaPicodollars: Int128
  public var reason: String
  public var who: String
  /// Booking again under the same key books nothing; nil for no such protection.
  public var requestKey: String?

  public init(
    target: Target, deltaPicodollars: Int128, reason: String, who: String, requestKey: String? = nil
  ) {
    self.target = target
    self.deltaPicodollars = deltaPicodollars
    self.reason = reason
    self.who = who
    self.requestKey = requestKey
  }

  /// Throws where a part is empty, too long or out of its range.
  func validate() throws(LedgerError) {
    guard deltaPicodollars != 0, deltaPicodollars.magnitude <= Self.deltaMaxPicodollars.magnitude else {
      throw .booking("the amount must not be zero, nor above 10^12 USD")
    }
    try Self.check("reason", reason, bytesMax: Self.reasonBytesMax)
    try Self.check("who", who, bytesMax: Self.nameBytesMax)
    if let requestKey { try Self.check("key", requestKey, bytesMax: Self.nameBytesMax) }
    guard case .day(let day, let scope) = target else { return }
    guard (-Self.daysMax...Self.daysMax).contains(day) else { throw .booking("the day is out of range") }
    try Self.check("provider", scope.provider, bytesMax: Self.nameBytesMax)
    let names = [
      ("model", scope.model), ("project", scope.project), ("agent", scope.agent), ("workflow", scope.workflow),
      ("run", scope.run),
    ]
    for case (let name, let value?) in names { try Self.check(name, value, bytesMax: Self.nameBytesMax) }
  }

  /// A thousand years around 1970.
  private static let daysMax: Int64 = 365_250

  private static func check(_ name: String, _ value: String, bytesMax: Int) throws(LedgerError) {
    guard !value.isEmpty, value.utf8.count <= bytesMax else {
      throw .booking("\(name) must have 1 to \(bytesMax) bytes")
    }
  }
}

/// Which adjustments to list, the newest first. What is nil does not filter.
public struct AdjustmentFilter: Sendable {
  public var kind: AdjustmentKind?
  public var provider: String?
  public var call: CallID?
  /// Those that count at this time or later.
  public var from: Timestamp?
  /// Those that count before this time.
  public var to: Timestamp?
  /// Only those with a smaller id than this one: the cursor.
  public var before: Int64?
  /// 1...1,000; a number outside is taken as the nearest inside.
  public var limit = 100
  public init() {}
}
