import Escalation
import Ledger
import Synchronization
import Testing

@testable import Control

private let json = ("content-type", "application/json")
private let token = ("authorization", "Bearer \(testToken)")

@Suite struct ControlAlertsTests {
  @Test("Alerts are filtered and paged")
  func listing() async throws {
    let ledger = CannedLedger()
    try await withControl(ledger) { port in
      let page = try await send("/api/v1/alerts?status=firing&rule=unpriced&limit=1", port: port)
      #expect(page.body == String(decoding: AlertJSON.page([exampleAlert()], next: 7), as: UTF8.self))
      _ = try await send("/api/v1/alerts?cursor=7&status=resolved", port: port)
      let asked = ledger.asked.withLock { $0.alerts }
      #expect(asked.map(\.isFiring) == [true, false] && asked.map(\.rule) == [.unpriced, nil])
      #expect(asked.map(\.before) == [nil, 7])
      for bad in ["status=x", "rule=x", "cursor=x", "limit=0", "x=1"] {
        #expect(try await send("/api/v1/alerts?\(bad)", port: port).status == 400, "\(bad)")
      }
      #expect(try await send("/api/v1/receivers", port: port).body.contains(#""name":"ops""#))
    }
  }

  @Test("A receiver is tested and messages are sent again with the token only")
  func changes() async throws {
    let ledger = CannedLedger()
    try await withControl(ledger) { port in
      for target in ["/api/v1/receivers/ops/test", "/api/v1/alerts/redeliver"] {
        #expect(try await send(target, port: port).status == 405)
        #expect(try await send(target, port: port, method: "POST", headers: [json], body: "{}").status == 401)
      }
      func post(_ target: String, _ body: String = "{}") async throws -> Reply {
        try await send(target, port: port, method: "POST", headers: [json, token], body: body)
      }
      let tested = try await post("/api/v1/receivers/ops/test")
      #expect(tested.body == #"{"delivered":false,"outcome":"status 302: redirects are not followed"}"#)
      #expect(try await post("/api/v1/receivers/none/test").status == 404)
      #expect(try await post("/api/v1/receivers/a/b/test").status == 404)
      #expect(try await post("/api/v1/alerts/redeliver", #"{"message":"m"}"#).body == #"{"messages":3}"#)
      #expect(try await post("/api/v1/alerts/redeliver", #"{"receiver":"ops"}"#).status == 200)
      for bad in ["{}", #"{"message":"m","receiver":"r"}"#, #"{"x":"m"}"#] {
        #expect(try await post("/api/v1/alerts/redeliver", bad).status == 400, "\(bad)")
      }
      #expect(ledger.asked.withLock { $0.redeliveries } == [.message("m"), .receiver("ops")])
    }
  }
}
