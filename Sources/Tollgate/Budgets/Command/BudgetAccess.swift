import Budgets
import Control
import Ledger
import Metering
import NIOHTTP1
import Observability

/// Budgets, in the data directory where no proxy uses it, else by the proxy that does. Both answer with the same JSON.
struct BudgetAccess: Sendable {
  let ledger: LedgerAccess

  private static let path = "/api/v1/budgets"

  /// Gives the directory back.
  func close() { ledger.close() }

  /// All budgets: without a proxy, those that were made at run time.
  func list() async throws -> JSONValue {
    try await ledger.answered(
      directory: { BudgetStatusJSON.page(try await OfflineBudgets(ledger: $0).states()) },
      proxy: { try await $0.get(Self.path) })
  }

  /// Makes a budget, or changes what `body` names of it.
  func set(_ name: String, _ body: JSONValue) async throws -> JSONValue {
    try await ledger.answered(
      directory: { try await OfflineBudgets(ledger: $0).set(name, body.bytes) },
      proxy: { control in
        let rows = JSONValue.parse(try await control.get(Self.path))?["rows"].arrayValue ?? []
        let isKnown = rows.contains { $0["name"].stringValue == name }
        return try await control.send(isKnown ? .PATCH : .PUT, Self.path(of: name), body.bytes)
      })
  }

  func raise(_ name: String, _ body: JSONValue) async throws -> JSONValue {
    try await ledger.answered(
      directory: { try await OfflineBudgets(ledger: $0).raise(name, body.bytes) },
      proxy: { try await $0.post(Self.path(of: name) + "/raise", body.bytes) })
  }

  func remove(_ name: String) async throws -> JSONValue {
    try await ledger.answered(
      directory: { try await OfflineBudgets(ledger: $0).remove(name) },
      proxy: { try await $0.delete(Self.path(of: name)) })
  }

  /// What budgets would have done to the calls of the ledger.
  func simulate(_ definitions: [BudgetDefinition], _ range: TimeRange) async throws -> JSONValue {
    try await ledger.answered(
      directory: { directory in
        let replay = BudgetReplay(definitions: definitions, range: range)
        return BudgetSimulationJSON.document(try await replay.run(on: directory.spending, now: WallClock.now()))
      },
      proxy: { try await $0.post("/api/v1/simulate", Self.question(definitions, range).bytes) })
  }

  private static func path(of name: String) -> String { "\(path)/\(QueryText.encoded(name))" }

  private static func question(_ definitions: [BudgetDefinition], _ range: TimeRange) -> JSONValue {
    let budgets = definitions.map { definition in
      var writer = JSONWriter()
      writer.object { definition.writeMembers(to: &$0) }
      return JSONValue.parse(writer.bytes) ?? .null
    }
    var members: [(name: String, value: JSONValue)] = [("budgets", .array(budgets))]
    if let from = range.from { members.append(("from", .string(from.rfc3339))) }
    if let to = range.to { members.append(("to", .string(to.rfc3339))) }
    return .object(members)
  }
}

/// Budgets of a ledger whose proxy does not run: those of the configuration are not known here.
struct OfflineBudgets: Sendable {
  let ledger: OfflineLedger

  private var actor: String { "\(Bookkeeper.name(nil)) (offline)" }

  /// What the proxy would know of them if it started now.
  func states() async throws -> [BudgetStatus] {
    let stored = try await ledger.budgets.stored()
    let kept = try await ledger.spending.kept()
    let time = WallClock.now()
    var book = BudgetBook()
    for budget in stored.budgets {
      guard let zone = try? ZoneFile.rules(of: budget.definition.timeZone) else { continue }
      try book.define(budget.definition, zone: zone, at: time)
      for debit in kept.debits[budget.definition.name] ?? [] { book.restore(debit, at: time) }
    }
    for raise in stored.raises where raise.raise.until > time {
      _ = try? book.raise(budget: raise.budget, raise.raise, at: time)
    }
    let readings = book.readings(windowsMax: BudgetStatus.windowsMax, at: time)
    return book.definitions.compactMap { definition in
      readings.first { $0.name == definition.name }.map {
        BudgetStatus(
          definition: definition, isConfigured: false, reading: $0,
          raises: book.raises(budget: definition.name, at: time))
      }
    }
  }

  func set(_ name: String, _ body: [UInt8]) async throws -> [UInt8] {
    let known = try await ledger.budgets.stored().budgets.first { $0.definition.name == name }?.definition
    let definition = try BudgetDocument.definition(body, name: name, changing: known)
    do {
      _ = try ZoneFile.rules(of: definition.timeZone)
    } catch {
      throw LedgerError.refused(error.message)
    }
    let isOther = known.map { BudgetFilling.basis(of: $0) != BudgetFilling.basis(of: definition) } ?? true
    try await ledger.budgets.set(definition, forgettingSpent: isOther, endingRaises: isOther, by: actor)
    return try await document(name)
  }

  func raise(_ name: String, _ body: [UInt8]) async throws -> [UInt8] {
    let definition = try await status(name).definition
    let (raise, unit) = try BudgetDocument.raise(body, of: definition, now: WallClock.now())
    guard unit == definition.limit.unit else {
      throw LedgerError.refused(
        "the budget \(name) counts \(definition.limit.unit.rawValue), and is raised by such an amount")
    }
    try await ledger.budgets.raise(name, raise, unit: unit, by: actor)
    return try await document(name)
  }

  func remove(_ name: String) async throws -> [UInt8] {
    let removed = BudgetStatusJSON.document(try await status(name))
    try await ledger.budgets.remove(name, by: actor)
    return removed
  }

  private func document(_ name: String) async throws -> [UInt8] {
    BudgetStatusJSON.document(try await status(name))
  }

  private func status(_ name: String) async throws -> BudgetStatus {
    guard let status = try await states().first(where: { $0.definition.name == name }) else {
      throw LedgerError.unknown(
        "there is no budget \(name) that was made at run time; one of the configuration is raised while the proxy runs")
    }
    return status
  }
}
