import Metering

/// Every budget with what it has spent and reserved: a two-phase ledger in memory.
///
/// A call reserves in every budget that matches it, or in none, in one step; later it is settled, voided or expired, exactly
/// once. The book does no I/O and reads no clock. It is to stand behind one lock, which makes each function one step.
///
/// Time may go back a little between two calls: a window once reached is not left backwards.
public struct BudgetBook: ~Copyable, Sendable {
  /// How many budgets there may be.
  public static let budgetsMax = 1_000
  /// How many scopes a budget with `each` may have at a time. When they are full, those whose window has ended and those that
  /// hold nothing make room; then further values share one scope, `workflow=*`, with one limit, so that new names escape none.
  /// Of runs, which have no window, the ones that were idle longest make room: whoever can name an old run can name a new one.
  public static let scopesMax = 10_000
  /// How many calls may wait for one budget.
  public static let waitersMax = 1_000
  /// How long a call waits for others' reservations.
  public static let waitSecondsMax: Int64 = 30
  /// What a call is told that waited in vain: others' calls will have ended by then.
  public static let retryAfterSeconds: Int64 = 5
  /// How many raises of a budget may be in force.
  public static let raisesMax = 100
  /// How many approvals of a budget may be in force; a further one ends the one that ends first.
  public static let allowancesMax = 1_000
  /// How many combinations of names are kept with the budgets that match them, before they are looked up anew.
  static let matchesMax = 4_096

  var budgets = Slab<BudgetState>()
  var budgetByName: [String: Int] = [:]
  /// Budgets that the operator took out, kept in case they come back.
  var removedByName: [String: Int] = [:]
  var lastRemoval: Int64 = 0
  var scopes = Slab<BudgetScope>()
  var accounts = Slab<BudgetAccount>()
  var reservations = Slab<Reservation>()
  var holdings = Slab<Holding>()
  var waiters = Slab<Waiter>()
  /// Where those who wait stand, by their sequence.
  var waiterPlaces: [Int64: Int] = [:]
  var lastSequence: Int64 = 0
  var lastGeneration: Int64 = 0
  var matches: [MatchKey: [MatchTarget]] = [:]
  /// What is being decided, kept for its memory.
  var candidates: [Candidate] = []
  /// What the function that runs has to tell.
  var events: [BudgetEvent] = []

  public init() {}

  /// How many reservations are in flight.
  public var reservationCount: Int { reservations.count }
  /// How many calls wait.
  public var waiterCount: Int { waiters.count }

  /// What there is to tell, which is then told.
  mutating func takeEvents() -> [BudgetEvent] {
    guard !events.isEmpty else { return [] }
    let taken = events
    events = []
    return taken
  }
}
