import Budgets
import Control
import Gateway
import Ledger
import Logging
import Metering

extension BudgetsSection {
  /// The desk of the data plane, with the budgets of the file and nothing spent.
  ///
  /// - Parameters:
  ///   - holds: where calls wait for a person.
  ///   - tell: takes each change of a budget's state, and gives back what is to be stored with its cause; must return at
  ///     once.
  func desk(
    holds: HoldDesk, logger: Logger, at time: Timestamp, tell: @escaping @Sendable (BudgetEvent) -> AlertState?
  ) throws -> BudgetDesk {
    let desk = BudgetDesk(holds: holds) { events in
      for event in events { logger.notice("\(event.text)", metadata: event.metadata) }
      return events.compactMap(tell)
    }
    for definition in definitions {
      let zone = try ZoneFile.rules(of: definition.timeZone)
      let changes = try desk.withBook { try $0.define(definition, zone: zone, at: time) }
      desk.carryOn(changes, at: time)
    }
    return desk
  }
}

extension BudgetEvent {
  fileprivate var text: String {
    let state: String =
      switch kind {
      case .threshold(let partsPerMillion): "has spent \(partsPerMillion / 10_000) % of its limit"
      case .waiting: "makes calls wait"
      case .clamped: "limits the output of calls"
      case .refusing: "refuses calls"
      case .holding: "holds calls for a person"
      case .warning: "is exhausted and lets calls pass"
      case .overrun: "was overrun by a call"
      case .forecast: "will be exhausted before its window ends"
      }
    return isResolved ? "a budget's state has ended: it \(state)" : "a budget \(state)"
  }

  fileprivate var metadata: Logger.Metadata {
    [
      "budget": "\(budget)", "scope": "\(scope)", "limit": "\(unit.text(limit))", "spent": "\(unit.text(spent))",
      "reserved": "\(unit.text(reserved))",
    ]
  }
}
