import Ledger
import Synchronization

public import Budgets
public import Metering

/// What calls take of budgets that a process left behind when it died: posted without a reservation, since that died with it.
public final class RecoveryBudgets: Sendable {
  private let book: Mutex<BudgetBook>
  private let ofKeys = Mutex<[String: [BudgetPattern]]>([:])

  /// - Parameter book: has the definitions, and no amounts.
  public init(_ book: consuming sending BudgetBook) { self.book = Mutex(book) }

  /// Takes the budgets that the calls of each key count in whatever those match, by the key's name.
  public func set(ofKeys budgets: [String: [BudgetPattern]]) { ofKeys.withLock { $0 = budgets } }

  /// Adds a budget, or replaces the one of its name.
  public func define(_ definition: BudgetDefinition, zone: TimeZoneRules, at time: Timestamp) throws {
    _ = try book.withLock { try $0.define(definition, zone: zone, at: time) }
  }

  /// Takes a budget out.
  public func remove(_ name: String, at time: Timestamp) throws {
    _ = try book.withLock { try $0.remove(budget: name, at: time) }
  }

  func debits(of record: borrowing CallRecord, _ recovered: RecoveredCall) -> [BudgetDebit] {
    let key = record.virtualKey
    let call = BudgetCall(
      id: record.id, agent: record.agent, workflow: record.workflow, run: recovered.admission.run, key: key,
      keyBudgets: key.flatMap { key in ofKeys.withLock { $0[key] } } ?? [], team: record.team,
      provider: record.provider, model: record.modelRequested, billing: record.billing)
    let used = CallAmounts(
      picodollars: record.debitedPicodollars ?? 0, tokens: record.usage.totalTokens,
      toolCalls: Int64(record.toolCalls.count))
    guard recovered.wasSent,
      BudgetedCalls.areCounted(method: record.method, path: record.path, dialect: record.dialect, used: used)
    else { return [] }
    var reserve = recovered.admission.reserve ?? .zero
    switch UsageCertainty(of: recovered) {
    case .whole: reserve = .zero
    case .partial: reserve.expected = .zero
    case .none: break
    }
    let time = record.startedAt
    return book.withLock { [reserve] in
      $0.charge(call, used, reserve: reserve, startedAt: time, at: time).debits
    }
  }
}
