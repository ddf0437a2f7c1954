import Budgets
import Control
import Gateway
import Ledger
import Logging
import Metering

/// Changes budgets while calls go on: in the ledger first, then in force.
struct BudgetAdministration: Sendable {
  let register: BudgetRegister
  let ledger: Ledger
  let logger: Logger
  let now: @Sendable () -> Timestamp
  private let turns = Turns()

  init(
    register: BudgetRegister, ledger: Ledger, logger: Logger, now: @escaping @Sendable () -> Timestamp
  ) {
    self.register = register
    self.ledger = ledger
    self.logger = logger
    self.now = now
  }

  private var filling: BudgetFilling { BudgetFilling(desk: register.desk, ledger: ledger, logger: logger) }

  /// Fills every budget with what was spent before this process began.
  func fill() async throws {
    try await turns.next {
      try await filling.fill(register.desk.withBook { $0.definitions }, at: now())
    }
  }

  /// Makes a budget, or changes it. What was spent of it stays; where it counts something else now, it is filled from the calls
  /// of its current windows, and refuses nothing until then.
  ///
  /// - Parameter make: makes of what it is when its turn has come what it becomes; nil where there is none of the name.
  /// - Returns: what it was.
  /// - Throws: ``LedgerError``, and what `make` throws.
  func set(
    _ name: String, by actor: String, _ make: @escaping @Sendable (BudgetDefinition?) throws -> BudgetDefinition
  ) async throws -> BudgetDefinition? {
    try await turns.next {
      let known = register.desk.withBook { $0.definitions }.first { $0.name == name }
      try await change(known, to: try make(known), by: actor)
      return known
    }
  }

  private func change(_ known: BudgetDefinition?, to definition: BudgetDefinition, by actor: String) async throws {
    try checkChangeable(definition.name)
    let zone = try Self.zone(of: definition)
    let count = register.desk.withBook { $0.budgetCount }
    guard known != nil || count < BudgetBook.budgetsMax else {
      throw LedgerError.refused("\(BudgetDefinitionError.tooManyBudgets)")
    }
    if let known, BudgetFilling.basis(of: known) == BudgetFilling.basis(of: definition) {
      return try await ledger.budgets.set(definition, by: actor) { register.define(definition, zone: zone, at: now()) }
    }
    let keepsRaises = known.map { $0.isAccounted(like: definition) } ?? false
    var unfilled = definition
    unfilled.mode = .observe
    try await ledger.budgets.set(definition, forgettingSpent: true, endingRaises: !keepsRaises, by: actor) {
      [unfilled] in
      register.define(unfilled, zone: zone, forgettingSpent: true, at: now())
    }
    defer { register.define(definition, zone: zone, at: now()) }
    try await filling.complete(definition, at: now())
  }

  /// Takes a budget out.
  ///
  /// - Throws: ``LedgerError``.
  func remove(_ name: String, by actor: String) async throws {
    try await turns.next {
      try checkChangeable(name)
      try await ledger.budgets.remove(name, by: actor) { register.remove(name, at: now()) }
    }
  }

  /// Raises a limit for a time, also one of the configuration.
  ///
  /// - Throws: ``LedgerError``.
  func raise(_ name: String, _ raise: BudgetRaise, unit: BudgetUnit, by actor: String) async throws {
    try await turns.next {
      guard let known = register.desk.withBook({ $0.definitions }).first(where: { $0.name == name }) else {
        throw LedgerError.unknown("there is no budget \(name)")
      }
      guard known.limit.unit == unit else {
        throw LedgerError.refused(
          "the budget \(name) counts \(known.limit.unit.rawValue), and is raised by such an amount")
      }
      try await ledger.budgets.raise(name, raise, unit: unit, by: actor) { register.raise(name, raise, at: now()) }
    }
  }

  private func checkChangeable(_ name: String) throws {
    guard !register.isConfigured(name) else {
      throw LedgerError.refused(
        "the budget \(name) is in the configuration file, which alone changes it; here its limit can be raised for a time"
      )
    }
  }

  private static func zone(of definition: BudgetDefinition) throws -> TimeZoneRules {
    do {
      return try ZoneFile.rules(of: definition.timeZone)
    } catch {
      throw LedgerError.refused(error.message)
    }
  }
}

extension BudgetAdministration {
  /// What the control plane shows and changes.
  ///
  /// - Parameter explain: what budgets would decide of a call.
  func control(explain: @escaping @Sendable (BudgetQuestion) throws -> CallExplanation) -> ControlBudgets {
    ControlBudgets(
      definitions: { register.desk.withBook { $0.definitions } }, states: states(of:),
      set: { try await set($0, by: $1, $2) }, remove: { try await remove($0, by: $1) },
      raise: { try await raise($0, $1, unit: $2, by: $3) }, explain: explain,
      simulate: { definitions, range in
        try await BudgetReplay(definitions: definitions, range: range).run(on: ledger.spending, now: now())
      })
  }

  /// - Parameter name: the budget that is asked for alone; nil asks for all.
  @Sendable private func states(of name: String?) -> [BudgetStatus] {
    let time = now()
    return register.desk.withBook { book -> [BudgetStatus] in
      let readings = Dictionary(
        book.readings(windowsMax: BudgetStatus.windowsMax, of: name, at: time).map { ($0.name, $0) },
        uniquingKeysWith: { first, _ in first })
      return book.definitions.compactMap { definition in
        readings[definition.name].map {
          BudgetStatus(
            definition: definition, isConfigured: register.isConfigured(definition.name), reading: $0,
            raises: book.raises(budget: definition.name, at: time))
        }
      }
    }
  }
}

extension BudgetDefinition {
  /// Whether amounts of one are amounts of the other.
  fileprivate func isAccounted(like other: BudgetDefinition) -> Bool {
    each == other.each && limit.unit == other.limit.unit && period == other.period && timeZone == other.timeZone
  }
}
