import Ledger
import Metering
import Observability

/// An event of PagerDuty's Events API v2, without `routing_key`: that is a secret, and is put in when the event is sent.
/// https://developer.pagerduty.com/docs/events-api-v2-overview
enum PagerDutyEvent {
  private static let summaryCharactersMax = 1024

  static func document(_ notice: AlertNotice) -> [UInt8] {
    var writer = JSONWriter()
    writer.object { writer in
      member("event_action", notice.isFiring ? "trigger" : "resolve", &writer)
      member("dedup_key", notice.group.dedupKey, &writer)
      writer.key("payload")
      writer.object { writer in
        member("summary", String(notice.summary.prefix(summaryCharactersMax)), &writer)
        member("source", "tollgate", &writer)
        member("severity", notice.severity.rawValue, &writer)
        member("timestamp", notice.at.rfc3339, &writer)
        member("component", notice.group.subject, &writer)
        member("group", notice.group.rule.component, &writer)
        member("class", notice.group.rule.rawValue, &writer)
        writer.key("custom_details")
        AlertDocument.write(notice, to: &writer)
      }
      let links = links(notice)
      if !links.isEmpty {
        writer.key("links")
        writer.array { writer in
          for (href, text) in links {
            writer.object { writer in
              member("href", href, &writer)
              member("text", text, &writer)
            }
          }
        }
      }
      member("client", "Tollgate", &writer)
    }
    return writer.bytes
  }

  /// An event that is triggered; who asked for it resolves it.
  static func test(_ receiver: String, at time: Timestamp) -> [UInt8] {
    var writer = JSONWriter()
    writer.object { writer in
      member("event_action", "trigger", &writer)
      member("dedup_key", "tollgate/test/\(receiver)".prefix(bytes: 255), &writer)
      writer.key("payload")
      writer.object { writer in
        member("summary", AlertDocument.testSummary(receiver), &writer)
        member("source", "tollgate", &writer)
        member("severity", AlertSeverity.info.rawValue, &writer)
        member("timestamp", time.rfc3339, &writer)
      }
      member("client", "Tollgate", &writer)
    }
    return writer.bytes
  }

  /// The event with the key of the service that it is for.
  static func sealed(_ document: [UInt8], routingKey: Secret) -> [UInt8] {
    var writer = JSONWriter()
    writer.object { member("routing_key", routingKey.exposed, &$0) }
    return writer.bytes.dropLast() + Array(",".utf8) + document.dropFirst()
  }

  private static func links(_ notice: AlertNotice) -> [(href: String, text: String)] {
    notice.conditions.compactMap { condition in
      guard case .hold(let hold) = condition.facts, let link = hold.link else { return nil }
      return (link, "Decide: \(BudgetText.scope(hold.scope))")
    }
  }

  private static func member(_ name: String, _ text: String, _ writer: inout JSONWriter) {
    writer.key(name)
    writer.string(text)
  }
}

extension AlertRule {
  /// The part of Tollgate that an alert comes from.
  fileprivate var component: String {
    switch self {
    case .budgetThreshold, .budgetRefusing, .budgetForecast, .budgetOverrun: "budgets"
    case .holdWaiting: "holds"
    case .guardrailTripped, .anomaly: "runs"
    case .unpriced, .unmetered: "metering"
    case .upstreamFailing: "providers"
    case .ledgerFailing: "ledger"
    case .receiverFailing: "receivers"
    }
  }
}
