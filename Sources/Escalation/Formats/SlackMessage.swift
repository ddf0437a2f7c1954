import Ledger
import Metering
import Observability

/// A message for a Slack incoming webhook: `text` for notifications, `blocks` for the channel.
/// https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks
///
/// What callers can name stands in plain text, or escaped, so that a workflow's name cannot mention a channel.
enum SlackMessage {
  private static let headerCharactersMax = 150
  private static let sectionCharactersMax = 2900

  static func document(_ notice: AlertNotice) -> [UInt8] {
    let state = notice.isFiring ? notice.severity.rawValue : "resolved"
    return message(
      title: "\(title(notice)) (\(state))", summary: notice.summary, lines: lines(notice), links: links(notice),
      footnote: "\(notice.group.rule.rawValue) · since \(notice.startedAt.rfc3339) · \(notice.alert)")
  }

  static func test(_ receiver: String) -> [UInt8] {
    message(
      title: "Tollgate: a test", summary: AlertDocument.testSummary(receiver), lines: [], links: [],
      footnote: "alert.test")
  }

  private static func title(_ notice: AlertNotice) -> String {
    switch notice.group.rule {
    case .budgetThreshold, .budgetRefusing, .budgetForecast, .budgetOverrun: "Budget \(notice.group.subject)"
    case .holdWaiting: "Approval wanted: \(notice.group.subject)"
    case .guardrailTripped: "Guardrail \(notice.group.subject)"
    case .anomaly: "Anomaly: \(notice.group.subject)"
    case .unpriced: "Calls without a price"
    case .unmetered: "Calls that were not metered"
    case .upstreamFailing: "Provider \(notice.group.subject)"
    case .ledgerFailing: "Tollgate's ledger"
    case .receiverFailing: "Receiver \(notice.group.subject)"
    }
  }

  private static func lines(_ notice: AlertNotice) -> [String] {
    var lines = notice.conditions.compactMap { condition -> String? in
      guard case .budget(let facts) = condition.facts else { return nil }
      let text = BudgetText(facts)
      let reserved = facts.reserved == 0 ? "" : ", \(text.number(facts.reserved)) reserved"
      let end = facts.exhaustionAt.map { ", reached at \($0.rfc3339)" } ?? ""
      return
        "\(BudgetText.scope(facts.scope)): \(text.number(facts.spent)) of \(text.amount(facts.limit))\(reserved)\(end)"
    }
    if notice.othersCount > 0 { lines.append("and \(notice.othersCount) more") }
    return lines
  }

  private static func links(_ notice: AlertNotice) -> [String] {
    guard notice.isFiring else { return [] }
    return notice.conditions.compactMap { condition in
      guard case .hold(let hold) = condition.facts, let link = hold.link else { return nil }
      return "<\(escaped(link))|Decide: \(escaped(BudgetText.scope(hold.scope)))>"
    }
  }

  private static func message(
    title: String, summary: String, lines: [String], links: [String], footnote: String
  ) -> [UInt8] {
    var writer = JSONWriter()
    writer.object { writer in
      writer.key("text")
      writer.string(escaped(summary))
      writer.key("blocks")
      writer.array { writer in
        block("header", &writer) { text("plain_text", String(title.prefix(headerCharactersMax)), &$0) }
        let paragraph = ([summary] + lines).joined(separator: "\n")
        block("section", &writer) { text("plain_text", String(paragraph.prefix(sectionCharactersMax)), &$0) }
        if !links.isEmpty {
          block("section", &writer) {
            text("mrkdwn", fitting(links), &$0)
          }
        }
        writer.object { writer in
          writer.key("type")
          writer.string("context")
          writer.key("elements")
          writer.array { text("plain_text", footnote, &$0) }
        }
      }
    }
    return writer.bytes
  }

  /// Whole links only: half a one would show its address.
  private static func fitting(_ links: [String]) -> String {
    var text = ""
    for link in links where text.count + link.count < sectionCharactersMax { text += (text.isEmpty ? "" : "\n") + link }
    return text
  }

  private static func block(_ type: String, _ writer: inout JSONWriter, _ text: (inout JSONWriter) -> Void) {
    writer.object { writer in
      writer.key("type")
      writer.string(type)
      writer.key("text")
      text(&writer)
    }
  }

  private static func text(_ type: String, _ text: String, _ writer: inout JSONWriter) {
    writer.object { writer in
      writer.key("type")
      writer.string(type)
      writer.key("text")
      writer.string(text)
    }
  }

  /// The three characters that have a meaning in Slack's markup.
  private static func escaped(_ text: String) -> String {
    var escaped = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "&": escaped += "&amp;"
      case "<": escaped += "&lt;"
      case ">": escaped += "&gt;"
      default: escaped.unicodeScalars.append(scalar)
      }
    }
    return escaped
  }
}
