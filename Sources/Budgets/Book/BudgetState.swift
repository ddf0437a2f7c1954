public import Metering

/// A budget, and what it has in force.
struct BudgetState: Sendable {
  private(set) var definition: BudgetDefinition
  /// What of the definition every call needs.
  private(set) var terms: BudgetTerms
  private(set) var zone: TimeZoneRules
  /// The window that time has reached; nil until a call asks.
  var window: BudgetWindow?
  /// Where the scopes stand, by value.
  var scopes: [String: Int] = [:]
  /// When full scopes were last looked through for those that have ended.
  var sweptAt: Timestamp?
  var raises: [BudgetRaise] = []
  var allowances: [AllowanceKey: Allowance] = [:]
  var waiterCount = 0
  /// The how manieth removal it was that took it out; 0 while it is in.
  var removal: Int64 = 0
  var counts = DecisionCounts()
  var overruns = OverrunCount()
  var lastMatchedAt: Timestamp?

  init(_ definition: BudgetDefinition, zone: TimeZoneRules) {
    self.definition = definition
    self.zone = zone
    terms = BudgetTerms(definition)
  }

  /// Takes a new definition; windows are computed anew.
  mutating func replace(with definition: BudgetDefinition, zone: TimeZoneRules) {
    self.definition = definition
    self.zone = zone
    terms = BudgetTerms(definition)
    window = nil
    removal = 0
  }

  /// What stands at a free place.
  static let none = BudgetState(
    BudgetDefinition(name: "", limit: BudgetLimit(unit: .calls, amount: 1)), zone: .utc)

  /// The limit in force for the scope, with the raises that have not ended.
  func limit(of scope: String, at time: Timestamp) -> Int64 {
    guard !raises.isEmpty else { return terms.limit }
    return raises.reduce(terms.limit) { limit, raise in
      raise.until > time && isRaised(scope, by: raise) ? limit.saturatingAdd(raise.amount) : limit
    }
  }

  /// A run that is raised by its name alone is raised for every key that has one of that name.
  private func isRaised(_ scope: String, by raise: BudgetRaise) -> Bool {
    guard let named = raise.scope, named != scope else { return true }
    return terms.each == .run && scope.hasPrefix("\(named) key=")
  }

  /// The window of that time. Time that goes back does not leave the window that it had reached.
  mutating func window(at time: Timestamp) -> BudgetWindow {
    if let window, time < window.end { return window }
    let next = Self.window(of: definition, in: zone, at: time)
    window = next
    return next
  }

  static func window(of definition: BudgetDefinition, in zone: TimeZoneRules, at time: Timestamp) -> BudgetWindow {
    definition.each == .run ? .always : zone.window(of: definition.period, containing: time)
  }

  /// Whether what was spent under one definition was spent under the other.
  func hasSameAccounts(as other: BudgetDefinition) -> Bool {
    definition.each == other.each && definition.limit.unit == other.limit.unit && definition.period == other.period
      && definition.timeZone == other.timeZone
  }
}

/// The part of a definition that every call needs.
struct BudgetTerms: Sendable {
  var unit: BudgetUnit
  /// Without raises.
  var limit: Int64
  var each: BudgetDimension?
  var bound: BudgetBound
  var isEnforced: Bool
  var clamps: Bool
  var onExhausted: ExhaustionAction
  var countsSubscriptions: Bool
  var hasAlerts: Bool

  init(_ definition: BudgetDefinition) {
    unit = definition.limit.unit
    limit = definition.limit.amount
    each = definition.each
    bound = definition.bound
    isEnforced = definition.mode == .enforce
    clamps = definition.clamps
    onExhausted = definition.onExhausted
    countsSubscriptions = definition.countsSubscriptions
    hasAlerts = !definition.alerts.isEmpty
  }
}

/// A limit raised for a time.
public struct BudgetRaise: Sendable, Hashable {
  /// Added to the limit, in the budget's unit.
  public var amount: Int64
  public var until: Timestamp
  public var reason: String
  /// The scope it is for; nil for each of the budget's.
  public var scope: String?

  public init(amount: Int64, until: Timestamp, reason: String, scope: String? = nil) {
    self.amount = amount
    self.until = until
    self.reason = reason
    self.scope = scope
  }
}

/// How often a budget decided what, since the process started.
public struct DecisionCounts: Sendable, Equatable {
  private var counts = [Int64](repeating: 0, count: BudgetDecision.Kind.allCases.count)

  public init() {}

  public subscript(kind: BudgetDecision.Kind) -> Int64 {
    get { counts[Self.place(of: kind)] }
    set { counts[Self.place(of: kind)] = newValue }
  }

  private static func place(of kind: BudgetDecision.Kind) -> Int {
    switch kind {
    case .allow: 0
    case .wait: 1
    case .warn: 2
    case .clamp: 3
    case .hold: 4
    case .deny: 5
    case .cut: 6
    case .wouldDeny: 7
    case .wouldClamp: 8
    }
  }
}

/// Calls that used more than they had reserved, since the process started.
public struct OverrunCount: Sendable, Hashable {
  public var calls: Int64 = 0
  /// The sum of what was above the reservations, in the budget's unit.
  public var amount: Int64 = 0

  public init() {}
}
