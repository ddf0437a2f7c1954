public import Budgets
public import Observability

extension BudgetDefinition {
  /// Writes the budget with the keys and texts of the configuration, as the members of an object.
  public func writeMembers(to writer: inout JSONWriter) {
    writer.add("name", name)
    writer.key("match")
    writer.object { writer in
      for (dimension, patterns) in match.lists where !patterns.isEmpty {
        writer.key(dimension.rawValue)
        writer.array { writer in for pattern in patterns { writer.string(pattern.text) } }
      }
    }
    writer.add("each", each?.rawValue)
    writer.add("limit", limit.description)
    writer.add("every", period.description)
    writer.add("timezone", timeZone)
    writer.add("mode", mode.rawValue)
    writer.add("bound", bound.rawValue)
    writer.add("clamp", clamps ? "on" : "off")
    writer.add("on_exhausted", onExhausted.rawValue)
    writer.add("subscriptions", countsSubscriptions ? "on" : "off")
    writer.key("alerts")
    writer.array { writer in
      for alert in alerts {
        writer.object { writer in
          writer.add("at", alert.condition.description)
          writer.key("to")
          writer.array { writer in for receiver in alert.receivers { writer.string(receiver) } }
        }
      }
    }
  }

  /// The same as a text.
  var json: String { JSONWriter.text { writeMembers(to: &$0) } }
}

extension BudgetRaise {
  /// Writes the raise as the members of an object.
  ///
  /// - Parameter unit: the budget's.
  public func writeMembers(unit: BudgetUnit, to writer: inout JSONWriter) {
    writer.add("amount", unit.text(amount))
    writer.add("until", until.rfc3339)
    writer.add("scope", scope)
    writer.add("reason", reason)
  }
}

extension JSONWriter {
  fileprivate mutating func add(_ name: String, _ text: String?) {
    key(name)
    string(text)
  }
}
