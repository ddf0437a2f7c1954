import Foundation
import Ledger
import Metering
import Observability
import Synchronization
import Testing

@testable import Control

@Suite struct ControlServerTests {
  @Test("Metrics are served in the format that was asked for")
  func metrics() async throws {
    let registry = MetricsRegistry()
    registry.counter(MetricDescriptor("things", help: "Things.")).increment()
    try await withControl(metrics: registry) { port in
      let text = try await send("/metrics", port: port)
      #expect(text.status == 200)
      #expect(text.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8")
      #expect(text.headers["vary"] == "accept")
      #expect(text.body.contains("# TYPE things_total counter\nthings_total 1\n"))
      let open = try await send("/metrics", port: port, headers: [("accept", "application/openmetrics-text")])
      #expect(open.headers["content-type"] == "application/openmetrics-text; version=1.0.0; charset=utf-8")
      #expect(open.body.hasSuffix("# EOF\n"))
    }
  }

  @Test("Alive is always said, ready only while calls are taken")
  func health() async throws {
    try await withControl(readiness: { .notReady(reason: "the disk is full") }) { port in
      #expect(try await send("/healthz", port: port).body == #"{"status":"ok"}"#)
      let ready = try await send("/readyz", port: port)
      #expect(ready.status == 503)
      #expect(ready["detail"] as? String == "the disk is full")
      let remote = try await send("/readyz", port: port, headers: [("x-forwarded-for", "10.0.0.1")])
      #expect(remote.status == 503)
      #expect(!remote.body.contains("disk"), "the reason is for those who may read")
    }
    try await withControl { port in
      let ready = try await send("/readyz", port: port)
      #expect(ready.body == #"{"status":"ready"}"#)
    }
  }

  @Test("Calls are filtered and paged")
  func calls() async throws {
    let ledger = CannedLedger(records: [exampleCall(), exampleCall()])
    try await withControl(ledger) { port in
      let all = try await send("/api/v1/calls?agent=a%20b&outcome=ok&since=1h", port: port)
      #expect(all.status == 200)
      #expect(all.headers["content-type"] == "application/json")
      #expect((all["rows"] as? [Any])?.count == 2)
      #expect(all["next"] is NSNull)
      let first = try await send("/api/v1/calls?limit=1", port: port)
      #expect((first["rows"] as? [Any])?.count == 1)
      let cursor = try #require(first["next"] as? String)
      #expect(cursor == exampleCall().id.description)
      _ = try await send("/api/v1/calls?cursor=\(cursor)", port: port)
      let filters = ledger.asked.withLock { $0.filters }
      #expect(filters.map(\.agent) == ["a b", nil, nil])
      #expect(filters[0].from?.rfc3339 == "2027-01-15T07:00:00.000000Z")
      #expect(filters[2].before == exampleCall().id)
    }
  }

  @Test("One call is itself, by its id")
  func call() async throws {
    try await withControl(CannedLedger(records: [exampleCall()])) { port in
      let found = try await send("/api/v1/calls/\(exampleCall().id)", port: port)
      #expect(
        found.body == String(decoding: CallJSON.document(exampleCall(), detail: CallJSON.Detail()), as: UTF8.self))
      for missing in ["0000000000001", "x", "%00", "..%2f"] {
        let reply = try await send("/api/v1/calls/\(missing)", port: port)
        #expect(reply.status == 404, "\(missing)")
        #expect(reply.headers["content-type"] == "application/problem+json")
      }
    }
  }

  @Test("A summary is asked for as the query says")
  func summary() async throws {
    let ledger = CannedLedger(rows: [exampleRow()])
    try await withControl(ledger) { port in
      let reply = try await send("/api/v1/summary?by=agent,workflow&since=24h&tz=%2B01:00", port: port)
      #expect(reply.body == String(decoding: SummaryJSON.page([exampleRow()], by: [.agent, .workflow]), as: UTF8.self))
      let asked = try #require(ledger.asked.withLock { $0.summaries.first })
      #expect(asked.by == [.agent, .workflow])
      #expect(asked.range.from?.rfc3339 == "2027-01-14T08:00:00.000000Z")
      #expect(asked.range.utcOffsetSeconds == 3_600)
    }
  }

  @Test("A parameter that cannot be used is a problem that names it, its value and what is accepted")
  func badParameters() async throws {
    try await withControl { port in
      for (target, parameter, value) in [
        ("/api/v1/calls?limit=5000", "limit", "5000"), ("/api/v1/calls?agnt=x", "agnt", "x"),
        ("/api/v1/summary?by=cost", "by", "cost"), ("/api/v1/summary?since=yesterday", "since", "yesterday"),
        ("/api/v1/calls/0000000000001?verbose=1", "verbose", "1"),
      ] {
        let reply = try await send(target, port: port)
        #expect(reply.status == 400, "\(target)")
        #expect(reply.headers["content-type"] == "application/problem+json")
        #expect(reply["status"] as? Int == 400)
        #expect(reply["parameter"] as? String == parameter)
        #expect(reply["value"] as? String == value)
        #expect((reply["accepted"] as? String)?.isEmpty == false)
      }
    }
  }

  @Test("What is not there is 404, what cannot be changed is 405 and says what can be done")
  func unknown() async throws {
    try await withControl { port in
      for path in ["/nothing", "/api/v1", "/api/v1/calls/", "/api/v1/calls/a/b", "//", "/metrics/", "/API/v1/calls"] {
        #expect(try await send(path, port: port).status == 404, "\(path)")
      }
      for method in ["POST", "PUT", "DELETE", "PATCH", "OPTIONS"] {
        let reply = try await send("/api/v1/calls", port: port, method: method)
        #expect(reply.status == 405, "\(method)")
        #expect(reply.headers["allow"] == "GET, HEAD")
      }
    }
  }

  @Test("HEAD has the headers of GET, its length, and no body")
  func head() async throws {
    try await withControl { port in
      for path in ["/", "/metrics", "/api/v1/openapi.json", "/healthz", "/nothing"] {
        let get = try await send(path, port: port)
        let head = try await send(path, port: port, method: "HEAD")
        #expect(head.status == get.status, "\(path)")
        #expect(head.headers["content-length"] == String(get.body.utf8.count), "\(path)")
        #expect(head.body == "", "\(path)")
      }
    }
  }

  @Test("The page links what there is and lets nothing run")
  func page() async throws {
    try await withControl { port in
      let page = try await send("/", port: port)
      #expect(page.headers["content-type"] == "text/html; charset=utf-8")
      #expect(page.headers["content-security-policy"]?.hasPrefix("default-src 'none'") == true)
      #expect(page.body.contains("Tollgate 1.2.3&lt;&amp;&quot;"))
      let links = page.body.components(separatedBy: "href=\"").dropFirst().compactMap {
        $0.split(separator: "\"").first
      }
      #expect(links.count == 9)
      for link in links {
        let target = link.replacingOccurrences(of: "&amp;", with: "&")
        #expect(try await send(target, port: port).status == 200, "\(target)")
      }
    }
  }

  @Test("Every answer forbids caching, sniffing and framing")
  func headers() async throws {
    try await withControl { port in
      for path in ["/", "/metrics", "/api/v1/calls", "/nothing", "/api/v1/calls?limit=0"] {
        let reply = try await send(path, port: port)
        #expect(reply.headers["cache-control"] == "no-store")
        #expect(reply.headers["x-content-type-options"] == "nosniff")
        #expect(reply.headers["content-security-policy"]?.contains("frame-ancestors 'none'") == true)
        #expect(reply.headers["access-control-allow-origin"] == nil)
      }
    }
  }

  @Test("A ledger that cannot answer is a 503, and its error stays in the log")
  func brokenLedger() async throws {
    try await withControl(CannedLedger(isBroken: true)) { port in
      for target in ["/api/v1/calls", "/api/v1/calls/0000000000001", "/api/v1/summary"] {
        let reply = try await send(target, port: port)
        #expect(reply.status == 503)
        #expect(!reply.body.contains("Broken"))
      }
      #expect(try await send("/metrics", port: port).status == 200)
    }
  }
}
