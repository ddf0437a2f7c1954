import Gateway
import Budgets
import Metering

/// What is allowed in budgets, and probably not meant.
struct BudgetWarnings {
  var definitions: [BudgetDefinition]
  /// What one call can cost at the most that a budget counts, and of which model; nil where that is not known.
  var callBound: (BudgetDefinition) -> (model: String, amount: Int64)?

  /// A hard limit has room for so many calls at least.
  private static let callsMin: Int64 = 10

  /// A line for each, with the budget's place.
  var texts: [String] {
    definitions.enumerated().flatMap { index, definition in
      [narrowness(of: definition), escape(from: definition)].compactMap { $0 }.map {
        "budgets[\(index)] \"\(definition.name)\": \($0)"
      }
    }
  }

  private func narrowness(of definition: BudgetDefinition) -> String? {
    guard definition.bound == .hard, let bound = callBound(definition),
      bound.amount > definition.limit.amount / Self.callsMin
    else { return nil }
    let unit = definition.limit.unit
    return "a hard limit of \(definition.limit) has room for fewer than \(Self.callsMin) calls at once: one call to "
      + "\(bound.model) that names no limit of output reserves \(unit.text(bound.amount)); raise the limit, set clamp: on, "
      + "or use bound: expected"
  }

  private func escape(from definition: BudgetDefinition) -> String? {
    let match = definition.match
    let names = [("agent", match.agent), ("workflow", match.workflow)].filter { !$0.1.isEmpty }.map(\.0)
    guard !names.isEmpty, match.key.isEmpty, match.team.isEmpty, !definitions.contains(where: { $0.catches(match) })
    else { return nil }
    return
      "callers choose their \(names.joined(separator: " and ")), so that one with another name escapes this limit; "
      + "match a key or a team, or add a budget that matches every call"
  }
}

extension BudgetDefinition {
  /// Whether it counts the calls of a match whatever agent and workflow they name.
  fileprivate func catches(_ other: BudgetMatch) -> Bool {
    match.agent.isEmpty && match.workflow.isEmpty && match.key.isEmpty && match.team.isEmpty
      && (match.provider.isEmpty || match.provider == other.provider)
      && (match.model.isEmpty || match.model == other.model)
  }
}

extension BudgetWarnings {
  /// The warnings of a configuration, with the prices of today.
  init(_ configuration: Configuration, book: PriceBook, at time: Timestamp) {
    let routes = configuration.providerRoutes
    self.init(definitions: configuration.budgets.definitions) { definition in
      guard [.usd, .tokens].contains(definition.limit.unit), !definition.clamps else { return nil }
      var bounds: [(model: String, amount: Int64)] = []
      for route in routes where definition.match.provider.takes(route.name) {
        for model in book.currentModelIDs(route.terms, at: time) where definition.match.model.takes(model) {
          guard let output = book.maxOutputTokens(route.terms, model: model, at: time),
            let ceiling = book.ceiling(
              route.terms, model: model, at: time, promptTokens: 0, hasMedia: false, context: PricingContext())
          else { continue }
          bounds.append(
            (
              "\(route.name)/\(model)",
              definition.limit.unit == .usd ? ceiling.picodollars(outputTokens: output) : output
            ))
        }
      }
      bounds.sort { ($0.amount, $0.model) < ($1.amount, $1.model) }
      // Of models that are named the dearest counts; of all there are, the one in the middle.
      return definition.match.model.isEmpty ? bounds.isEmpty ? nil : bounds[bounds.count / 2] : bounds.last
    }
  }
}

extension [BudgetPattern] {
  fileprivate func takes(_ name: String) -> Bool { isEmpty || contains { $0.matches(name) } }
}
