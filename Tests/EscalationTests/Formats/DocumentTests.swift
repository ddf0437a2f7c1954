import JSON
import Ledger
import Metering
import Observability
import Runs
import Testing

@testable import Escalation

@Suite("What receivers are sent")
struct DocumentTests {
  private static func notices(_ condition: AlertCondition) -> (firing: AlertNotice?, over: AlertNotice?) {
    var board = AlertBoard.sample()
    board.fire(condition, now: .start)
    let firing = board.run(seconds: 3).first
    board.resolve(condition.key, now: .at(10))
    return (firing, board.run(from: .at(10), seconds: 3).first)
  }

  private static func json(_ notice: AlertNotice?, _ format: MessageFormat) throws -> JSONValue {
    try JSONValue.parse(Array(MessageBody.document(try #require(notice), as: format).utf8))
  }

  @Test("A webhook has type, version, timestamp and data; amounts are decimal strings")
  func webhook() throws {
    let (firing, over) = Self.notices(.threshold())
    let body = try Self.json(firing, .webhook)
    #expect(body["type"]?.string == "budget.threshold_crossed" && body["version"]?.integer == 1)
    #expect(body["timestamp"]?.string == "2026-11-23T05:06:09.000000Z")
    let data = try #require(body["data"])
    #expect(data["status"]?.string == "firing" && data["rule"]?.string == "budget_threshold")
    #expect(data["severity"]?.string == "warning" && data["budget"]?.string == "workflows")
    #expect(data["threshold"] == .number("0.8") && data["unit"]?.string == "usd")
    #expect(data["window"]?["start"]?.string == "2026-11-23T00:00:00.000000Z")
    #expect(data["window"]?["end"]?.string == "2026-11-24T00:00:00.000000Z")
    #expect(data["summary"]?.string == #"Budget "workflows": workflow=nightly reached 80% (160.5 of 200 USD spent)"#)
    #expect(data["resolved_at"] == .null && data["alert"]?.string?.hasPrefix("alt_") == true)
    let scope = try #require(data["scopes"]?.elements?.first)
    #expect(scope["scope"]?.string == "workflow=nightly" && scope["limit"]?.string == "200")
    #expect(scope["spent"]?.string == "160.5" && scope["reserved"]?.string == "1.25" && scope["exhaustion_at"] == .null)
    #expect(data["scopes_not_listed"]?.integer == 0 && data["scopes_firing"]?.integer == 1)

    let end = try Self.json(over, .webhook)
    #expect(end["type"]?.string == "budget.recovered" && end["data"]?["status"]?.string == "resolved")
    #expect(end["data"]?["resolved_at"]?.string == "2026-11-23T05:06:19.000000Z")
    #expect(end["data"]?["alert"] == data["alert"] && end["data"]?["dedup_key"] == data["dedup_key"])
  }

  @Test("PagerDuty is triggered and resolved under one key, with the names of its Events v2")
  func pagerDuty() throws {
    let (firing, over) = Self.notices(.threshold())
    let event = try Self.json(firing, .pagerDuty)
    #expect(event["event_action"]?.string == "trigger" && event["routing_key"] == nil)
    #expect(event["dedup_key"]?.string == "tollgate/budget_threshold/workflows/800000/1795392000")
    let payload = try #require(event["payload"])
    #expect(payload["source"]?.string == "tollgate" && payload["severity"]?.string == "warning")
    #expect(payload["class"]?.string == "budget_threshold" && payload["group"]?.string == "budgets")
    #expect(payload["component"]?.string == "workflows" && payload["timestamp"]?.string != nil)
    #expect(payload["custom_details"]?["scopes"]?.elements?.count == 1)
    let end = try Self.json(over, .pagerDuty)
    #expect(end["event_action"]?.string == "resolve" && end["dedup_key"] == event["dedup_key"])

    let text = MessageBody.document(try #require(firing), as: .pagerDuty)
    let sealed = try JSONValue.parse(PagerDutyEvent.sealed(Array(text.utf8), routingKey: Secret("R\"1")))
    #expect(sealed["routing_key"]?.string == "R\"1")
    #expect(sealed.members?.count == (event.members?.count ?? 0) + 1)
  }

  @Test("A Slack message has text and blocks, and no name in it can mention a channel")
  func slack() throws {
    let (firing, _) = Self.notices(.threshold("workflow=<!channel> & *x*"))
    let message = try Self.json(firing, .slack)
    #expect(message["text"]?.string?.contains("&lt;!channel&gt; &amp; *x*") == true)
    let blocks = try #require(message["blocks"]?.elements)
    #expect(blocks.map { $0["type"]?.string } == ["header", "section", "context"])
    #expect(blocks[0]["text"]?["text"]?.string == "Budget workflows (warning)")
    #expect(blocks[1]["text"]?["type"]?.string == "plain_text")
    #expect(blocks[1]["text"]?["text"]?.string?.contains("160.5 of 200 USD, 1.25 reserved") == true)
    let hold = AlertCondition(
      rule: .holdWaiting, severity: .warning,
      facts: .hold(
        HoldFacts(
          hold: "h1", heldBy: .budget("b"), scope: "run=1", expiresAt: .dayEnd, link: "https://t.example/h/1?a=1&b=2")),
      receivers: [])
    let asked = try Self.json(Self.notices(hold).firing, .slack)
    let link = asked["blocks"]?.elements?[2]["text"]
    #expect(link?["type"]?.string == "mrkdwn")
    #expect(link?["text"]?.string == "<https://t.example/h/1?a=1&amp;b=2|Decide: run=1>")
  }

  @Test("Every kind of alert can be told to every kind of receiver, in less than 20 kB", arguments: AlertRule.allCases)
  func everyKind(_ rule: AlertRule) throws {
    let name = String(repeating: "\u{1}", count: 500)
    let facts: AlertFacts =
      switch rule {
      case .budgetThreshold, .budgetRefusing, .budgetForecast, .budgetOverrun: .budget(.sample(name))
      case .holdWaiting:
        .hold(HoldFacts(hold: "h", heldBy: .guardrail("g", .cycle), scope: name, detail: name, expiresAt: .dayEnd))
      case .guardrailTripped, .anomaly:
        .run(
          RunFacts(
            subject: "g", run: name, agent: name, workflow: name, call: "c", detail: name, endsAt: .dayEnd))
      case .unpriced, .unmetered, .upstreamFailing: .traffic(TrafficFacts(provider: "openai", calls: 1))
      case .receiverFailing: .receiver("ops", outcome: "status 500")
      case .ledgerFailing: .ledger(reason: "the disk is full")
      }
    var board = AlertBoard.sample()
    for number in 0..<40 {
      var facts = facts
      if case .budget(var budget) = facts {
        budget.scope = "\(number)" + budget.scope
        facts = .budget(budget)
      } else if case .hold(var hold) = facts {
        hold.hold = "\(number)"
        facts = .hold(hold)
      } else if case .run(var run) = facts {
        run.run = "\(number)" + name
        run.workflow = "\(number)" + name
        facts = .run(run)
      }
      board.fire(AlertCondition(rule: rule, severity: rule.severity, facts: facts, receivers: []), now: .start)
    }
    let notice = try #require(board.run(seconds: 3).first)
    for format in MessageFormat.allCases {
      let body = MessageBody.document(notice, as: format)
      #expect(try JSONValue.parse(Array(body.utf8)).members?.isEmpty == false)
      #expect(body.utf8.count < 20_000, "\(format): \(body.utf8.count)")
    }
    for isFiring in [true, false] { #expect(rule.eventType(isFiring: isFiring).contains(".")) }
  }

  @Test("A test message says that nothing is wrong")
  func test() throws {
    let endpoint = ReceiverEndpoint.pagerDuty
    for kind in [Receiver.Kind.slack, .pagerDuty(routingKey: Secret("x")), .webhook(secrets: [])] {
      let body = MessageBody.test(Receiver(name: "ops", kind: kind, endpoint: endpoint), at: .start)
      #expect(body.contains("nothing is wrong"))
      #expect(try JSONValue.parse(Array(body.utf8)).members?.isEmpty == false)
    }
  }
}
