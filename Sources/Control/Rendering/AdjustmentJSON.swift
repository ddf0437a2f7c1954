public import Ledger
internal import Metering
public import Observability

/// An adjustment as the API and the commands show it.
public enum AdjustmentJSON {
  /// One adjustment.
  public static func document(_ adjustment: Adjustment) -> [UInt8] {
    var writer = JSONWriter()
    write(adjustment, to: &writer)
    return writer.bytes
  }

  /// A page of adjustments: `{"rows": [...], "next": cursor or null}`.
  public static func page(_ adjustments: [Adjustment], next: Int64?) -> [UInt8] {
    var writer = JSONWriter()
    writer.object { writer in
      writer.key("rows")
      writer.array { writer in for adjustment in adjustments { write(adjustment, to: &writer) } }
      writer.key("next")
      writer.string(next.map(String.init))
    }
    return writer.bytes
  }

  /// Writes one adjustment as an object.
  public static func write(_ adjustment: Adjustment, to writer: inout JSONWriter) {
    let scope = adjustment.scope
    writer.object { writer in
      writer.member("id", adjustment.id)
      writer.member("booked_at", adjustment.bookedAt.rfc3339)
      writer.member("effective_at", adjustment.effectiveAt.rfc3339)
      writer.member("kind", adjustment.kind.rawValue)
      writer.member("call", adjustment.call?.description)
      writer.member("provider", scope.provider)
      writer.member("model", scope.model)
      writer.member("project", scope.project)
      writer.member("agent", scope.agent)
      writer.member("workflow", scope.workflow)
      writer.member("run", scope.run)
      writer.member("billing", adjustment.billing.rawValue)
      writer.member("delta_pico_usd", adjustment.deltaPicodollars)
      writer.member("delta_usd", MoneyText.usd(adjustment.deltaPicodollars))
      writer.member("cost_source", adjustment.costSource?.rawValue)
      writer.member("priced_as", adjustment.pricedAs)
      writer.member("reason", adjustment.reason)
      writer.member("who", adjustment.who)
    }
  }
}

/// What pricing calls again came to.
public enum RepriceJSON {
  /// - Parameter total: how many calls there are to look at in all pages; nil where that was said before.
  public static func document(_ page: RepricePage, total: Int?) -> [UInt8] {
    var writer = JSONWriter()
    writer.object { writer in
      for (name, count) in [
        ("examined", page.examined), ("repriced", page.repriced), ("unchanged", page.unchanged),
        ("not_enough_known", page.notEnoughKnown),
      ] {
        writer.member(name, count)
      }
      writer.member("delta_pico_usd", page.deltaPicodollars)
      writer.member("delta_usd", MoneyText.usd(page.deltaPicodollars))
      writer.key("unknown")
      writer.array { writer in
        for model in page.unknown {
          writer.object { writer in
            writer.member("provider", model.provider)
            writer.member("model", model.model)
            writer.member("calls", model.calls)
          }
        }
      }
      writer.member("total", total)
      writer.member("next", page.next?.description)
    }
    return writer.bytes
  }
}
