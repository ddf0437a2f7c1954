import Escalation
import Ledger
import Observability
import Testing

@testable import Tollgate

@Suite("Receivers in the configuration")
struct ReceiversTests {
  static let secret = "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYX"
  static let other = "whsec_//////////////////////////////////////////8="
  static let routingKey = "0123456789abcdef0123456789ABCDEF"

  private func configuration(_ yaml: String) throws -> Configuration {
    try ConfigurationFile.parse(
      yaml, origin: "t.yaml",
      environment: ["HOOK_SECRET": Self.secret, "SLACK_URL": "https://hooks.slack.com/services/T/B/x"]
    ).checked(origin: "t.yaml")
  }

  private func problems(_ yaml: String) -> [String] {
    do {
      _ = try configuration(yaml)
      return []
    } catch let error as ConfigurationError {
      return error.problems.map(\.description)
    } catch {
      return ["\(error)"]
    }
  }

  @Test("Each type is read with its secrets, and none of them is written")
  func types() throws {
    let configuration = try configuration(
      """
      receivers:
        slack: { type: slack, url: "${SLACK_URL}" }
        pager: { type: pagerduty, routing_key: \(Self.routingKey) }
        ops: { type: webhook, url: "https://ops.example:8443/hook/a/?k=1", secret: ["${HOOK_SECRET}", "\(Self.other)"] }
        lan: { type: webhook, url: "http://10.0.0.5:9000", secret: "${HOOK_SECRET}", allow_private: true }
      """)
    let receivers = configuration.receivers.receivers
    #expect(receivers.map(\.name) == ["lan", "ops", "pager", "slack"])
    #expect(receivers.map(\.format) == [.webhook, .webhook, .pagerDuty, .slack])
    #expect(receivers.map(\.endpoint.target.exposed) == ["/", "/hook/a/?k=1", "/v2/enqueue", "/services/T/B/x"])
    #expect(receivers.map(\.allowsPrivateAddress) == [true, false, false, false])
    #expect(
      receivers.map(\.endpoint.shown) == [
        "http://10.0.0.5:9000", "https://ops.example:8443", "https://events.pagerduty.com", "https://hooks.slack.com",
      ])
    let text = configuration.canonicalText
    for secret in [Self.secret, Self.other, Self.routingKey, "/services", "k=1"] { #expect(!text.contains(secret)) }
    #expect(text.contains("hooks.slack.com/***"))
  }

  @Test(
    "Each mistake is named, and no secret is repeated",
    arguments: [
      ("a: { url: \"https://x.example\" }", "type is missing"),
      ("a: { type: mail }", "not one of webhook, slack, pagerduty"),
      ("a: { type: slack }", "url is missing"),
      ("a: { type: slack, url: \"https://x.example\", secret: s }", "has no secret"),
      ("a: { type: webhook, url: \"https://x.example\" }", "secret is missing"),
      ("a: { type: webhook, url: \"https://x.example\", secret: hunter2 }", "begins with whsec_"),
      ("a: { type: webhook, url: \"https://x.example\", secret: [] }", "at least one secret"),
      ("a: { type: pagerduty }", "routing_key is missing"),
      ("a: { type: pagerduty, routing_key: short }", "32 letters and digits"),
      ("a: { type: slack, url: \"http://x.example/hunter2\" }", "http sends alerts unencrypted"),
      ("a: { type: slack, url: \"ftp://x.example/hunter2\" }", "https://"),
      ("a: { type: slack, url: \"https://u:hunter2@x.example\" }", "user name or a password"),
      ("a: { type: slack, url: \"https://x.example/hunter2 b\" }", "path"),
      ("a: { type: slack, url: \"https://x.example\", allow_private: maybe }", "neither true nor false"),
      ("a: { type: slack, url: \"https://10.0.0.5/hunter2\" }", "10.0.0.5 is not a public address"),
      ("a: { type: slack, url: \"https://[::1]/hunter2\" }", "allow_private: true if that is meant"),
      ("\"a b\": { type: slack, url: \"https://x.example\" }", "a receiver's name"),
    ])
  func mistakes(entry: String, message: String) {
    let problems = problems("receivers:\n  \(entry)\n")
    #expect(problems.contains { $0.contains(message) }, "\(problems)")
    #expect(!problems.contains { $0.contains("hunter2") }, "\(problems)")
  }

  @Test("Rules are told to all, to some, or to nobody; who is named must be there")
  func routing() throws {
    let configuration = try configuration(
      """
      receivers:
        a: { type: slack, url: "${SLACK_URL}" }
        b: { type: slack, url: "${SLACK_URL}" }
      alerts: { unpriced: [a], unmetered: "off", ledger_failing: all, upstream_failing: b }
      """)
    let routing = configuration.alerts.routing(configuration.receivers)
    #expect(routing.receivers(of: .unpriced) == ["a"])
    #expect(routing.receivers(of: .unmetered) == nil)
    #expect(routing.receivers(of: .ledgerFailing) == ["a", "b"])
    #expect(routing.receivers(of: .upstreamFailing) == ["b"])
    #expect(routing.receivers(of: .holdWaiting) == ["a", "b"])
    let wrong = problems("receivers:\n  ops: { type: slack, url: \"https://x.example\" }\nalerts: { unpriced: [opps] }")
    #expect(wrong == [#"t.yaml: alerts.unpriced: there is no receiver "opps"; did you mean "ops"?"#])
    #expect(problems("alerts: { budget_threshold: [a] }").first?.contains("unknown key") == true)
    #expect(AlertRouting(everyone: []).receivers(of: .unpriced) == [], "an alert that is listed, and told to nobody")
  }
}
