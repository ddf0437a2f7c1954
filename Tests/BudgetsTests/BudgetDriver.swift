import Budgets
import Metering
import Testing

/// Does at random what callers do, and compares each answer with ``BudgetModel``.
struct BudgetDriver: ~Copyable {
  private struct Request {
    var call: BudgetCall
    var amount: Int64
    /// Which workflow and which agent.
    var scopes: [Int]
  }

  private struct Running {
    var id: ReservationID
    var request: Request
    var accounts: [Int]
  }

  private static let budgetNames = ["all", "flows", "agents"]
  private static let names = (0..<BudgetModel.scopes).map { "name-\($0)" }

  private var random: SeededGenerator
  private var book = BudgetBook()
  private var model = BudgetModel(limits: [12_000, 4_000, 3_000])
  private var microseconds: Int64 = 0
  private var sequence: Int64 = 0
  private var running: [Running] = []
  private var waiting: [WaiterID: Request] = [:]
  private var order: [WaiterID] = []
  private(set) var problems: [String] = []
  private(set) var counts: [String: Int] = [:]

  init(seed: UInt64) throws {
    random = SeededGenerator(seed: seed)
    let each: [BudgetDimension?] = [nil, .workflow, .agent]
    for (index, name) in Self.budgetNames.enumerated() {
      var definition = dollars(name, model.limits[index])
      definition.period = .hour
      definition.bound = .hard
      definition.each = each[index]
      try book.define(definition, at: time)
    }
  }

  private var time: Timestamp { Timestamp(unixMicroseconds: microseconds) }

  mutating func step() {
    microseconds += Int64.random(in: 0...400_000, using: &random)
    switch Int.random(in: 0..<100, using: &random) {
    case 0..<48: reserve()
    case 48..<92: end()
    case 92..<94: abandon()
    case 94..<96: again()
    default:
      let changes = book.advance(to: time)
      take(changes)
    }
  }

  /// Ends everything; nothing may be left then.
  mutating func finish() throws {
    while !running.isEmpty { end() }
    if !waiting.isEmpty { problems.append("\(waiting.count) wait for nobody") }
    if book.reservationCount != 0 || book.waiterCount != 0 { problems.append("the book holds what nobody has") }
    if model.reserved.contains(where: { $0 != 0 }) { problems.append("the model leaks") }
    for reading in book.readings(at: time) {
      for window in reading.windows where window.reserved != 0 { problems.append("\(reading.name) leaks") }
    }
  }

  /// Compares every window of now.
  mutating func compareReadings() {
    let hour = Int(microseconds / 3_600_000_000)
    for (budget, name) in Self.budgetNames.enumerated() {
      guard let reading = book.readings(at: time).first(where: { $0.name == name }) else { continue }
      for window in reading.windows {
        let scope = Self.names.firstIndex { window.scope.hasSuffix("=" + $0) } ?? 0
        let account = BudgetModel.account(budget: budget, scope: scope, hour: hour)
        if window.spent != model.settled[account] || window.reserved != model.reserved[account] {
          problems.append("\(name) \(window.scope) has \(window.spent) and \(window.reserved)")
        }
      }
    }
  }

  private func accounts(_ request: Request) -> [Int] {
    let hour = Int(microseconds / 3_600_000_000)
    return request.scopes.enumerated().map { BudgetModel.account(budget: $0, scope: $1, hour: hour) }
  }

  private mutating func reserve() {
    sequence += 1
    let flow = Int.random(in: 0..<BudgetModel.scopes, using: &random)
    let agent = Int.random(in: 0..<BudgetModel.scopes, using: &random)
    let amount = Int64.random(in: 0...(Int.random(in: 0..<20, using: &random) == 0 ? 2_900 : 300), using: &random)
    let request = Request(
      call: call(sequence, agent: Self.names[agent], workflow: Self.names[flow]), amount: amount,
      scopes: [0, flow, agent])
    let answer = book.reserve(request.call, need(amount), at: time)
    take(answer.outcome, request, sharesQueue: sharesQueue(request))
  }

  /// Whether somebody waits who may stand before the call in a queue.
  private func sharesQueue(_ request: Request) -> Bool { !waiting.isEmpty && request.amount > 0 }

  private mutating func take(_ outcome: ReserveOutcome, _ request: Request, sharesQueue: Bool) {
    let accounts = accounts(request)
    let isExhausted = request.amount > 0 && model.isExhausted(accounts, request.amount)
    let isContended = request.amount > 0 && model.isContended(accounts, request.amount)
    switch outcome {
    case .admitted(let admission):
      counts["admitted", default: 0] += 1
      if isExhausted || isContended { problems.append("\(request) was let pass") }
      model.reserve(accounts, request.amount)
      running.append(Running(id: admission.reservation, request: request, accounts: accounts))
    case .waiting(let wait):
      counts["waiting", default: 0] += 1
      if isExhausted || !isContended && !sharesQueue { problems.append("\(request) was made to wait") }
      waiting[wait.waiter] = request
      order.append(wait.waiter)
    case .refused(let refusal):
      counts["refused", default: 0] += 1
      if refusal.reason == .exhausted, !isExhausted { problems.append("\(request) was refused") }
      if refusal.reason != .exhausted { counts["waited in vain", default: 0] += 1 }
    case .held: problems.append("\(request) was held")
    }
    if !model.holds(accounts) { problems.append("over the limit after \(request)") }
  }

  private mutating func end() {
    guard !running.isEmpty else { return }
    let ended = running.remove(at: Int.random(in: 0..<running.count, using: &random))
    let isVoid = Int.random(in: 0..<10, using: &random) == 0
    let spent =
      isVoid
      ? 0
      : Int64.random(in: 0...ended.request.amount, using: &random)
        / (Int.random(in: 0..<20, using: &random) == 0 ? 1 : 16)
    let settlement = isVoid ? book.void(ended.id, at: time) : book.settle(ended.id, used(spent), at: time)
    model.settle(ended.accounts, reserved: ended.request.amount, used: spent)
    if !model.holds(ended.accounts) { problems.append("over the limit after settling") }
    guard let settlement else {
      problems.append("a reservation ended before its end")
      return
    }
    if settlement.debits.map(\.amount) != (spent > 0 ? [spent, spent, spent] : []) { problems.append("wrong debits") }
    take(settlement.changes)
    if book.settle(ended.id, used(spent), at: time) != nil { problems.append("a reservation ended twice") }
  }

  /// Calls of the same names pass in the order in which they came.
  private mutating func take(_ changes: BudgetChanges) {
    for released in changes.released {
      guard let request = waiting.removeValue(forKey: released.waiter) else {
        problems.append("\(released.waiter) waits for nothing")
        continue
      }
      if released.outcome.admission != nil {
        let earlier = order.prefix { $0 != released.waiter }.first { waiting[$0]?.scopes == request.scopes }
        if let earlier { problems.append("\(released.waiter) passed \(earlier)") }
      }
      order.removeAll { $0 == released.waiter }
      take(released.outcome, request, sharesQueue: false)
    }
  }

  private mutating func abandon() {
    guard let id = order.randomElement(using: &random) else { return }
    waiting[id] = nil
    order.removeAll { $0 == id }
    let changes = book.abandon(id, at: time)
    take(changes)
  }

  /// Defines a budget as it is: nothing may be lost by it.
  private mutating func again() {
    guard let definition = book.definitions.randomElement(using: &random) else { return }
    do {
      let changes = try book.define(definition, at: time)
      take(changes)
    } catch {
      problems.append("\(error)")
    }
  }
}
