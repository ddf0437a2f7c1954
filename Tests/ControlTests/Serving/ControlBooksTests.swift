import Foundation
import Ledger
import Metering
import Observability
import Synchronization
import Testing

@testable import Control

private let json = ("content-type", "application/json")
private let token = ("authorization", "Bearer \(testToken)")

@Suite struct ControlBooksTests {
  @Test("Adjustments are filtered and paged")
  func adjustments() async throws {
    let ledger = CannedLedger()
    try await withControl(ledger) { port in
      let page = try await send(
        "/api/v1/adjustments?kind=reprice&provider=openai&call=\(exampleCall().id)&from=2026-11-01&to=2026-12-01&limit=1",
        port: port)
      #expect(page.body == String(decoding: AdjustmentJSON.page([exampleAdjustment()], next: 7), as: UTF8.self))
      _ = try await send("/api/v1/adjustments?cursor=7", port: port)
      let asked = ledger.asked.withLock { $0.adjustments }
      #expect(asked[0].kind == .reprice)
      #expect(asked[0].provider == "openai")
      #expect(asked[0].call == exampleCall().id)
      #expect(asked[0].to == Timestamp(date: "2026-12-01", utcOffsetSeconds: 0))
      #expect(asked[1].before == 7)
      for bad in ["kind=x", "call=x", "cursor=x", "limit=0"] {
        #expect(try await send("/api/v1/adjustments?\(bad)", port: port).status == 400, "\(bad)")
      }
    }
  }

  @Test("A correction is booked as its body says, with the token")
  func booked() async throws {
    let ledger = CannedLedger()
    try await withControl(ledger) { port in
      let day =
        #"{"day":"1970-01-03","provider":"openai","agent":"a","delta_usd":"-1.23","reason":"credit","who":"ann","key":"k"}"#
      let reply = try await send("/api/v1/adjustments", port: port, method: "POST", headers: [json, token], body: day)
      #expect(reply.status == 201)
      #expect(reply.body == String(decoding: AdjustmentJSON.document(exampleAdjustment()), as: UTF8.self))
      let call = #"{"call":"\#(exampleCall().id)","delta_usd":"2","reason":"r","who":"w"}"#
      _ = try await send("/api/v1/adjustments", port: port, method: "POST", headers: [json, token], body: call)
      #expect(
        ledger.asked.withLock { $0.corrections } == [
          Correction(
            target: .day(2, AdjustmentScope(provider: "openai", agent: "a")), deltaPicodollars: -1_230_000_000_000,
            reason: "credit", who: "ann", requestKey: "k"),
          Correction(
            target: .call(exampleCall().id), deltaPicodollars: 2_000_000_000_000, reason: "r", who: "w"),
        ])
    }
  }

  @Test("Changing needs the token on this machine too, and JSON that no page sends by itself")
  func guarded() async throws {
    let ledger = CannedLedger()
    let body = #"{"day":"1970-01-03","provider":"openai","delta_usd":"1","reason":"r","who":"w"}"#
    try await withControl(ledger) { port in
      for path in ["/api/v1/adjustments", "/api/v1/reprice"] {
        var statuses: [Int] = []
        for headers in [
          [json], [json, ("authorization", "Bearer x")], [token], [token, ("content-type", "text/plain")],
          [token, json, ("origin", "http://evil.example")],
        ] {
          statuses.append(try await send(path, port: port, method: "POST", headers: headers, body: body).status)
        }
        #expect(statuses == [401, 401, 415, 415, 403], "\(path)")
      }
      #expect(ledger.asked.withLock { $0.corrections.isEmpty && $0.repricings.isEmpty })
    }
  }

  @Test(
    "A body that cannot be used is a problem that names the member",
    arguments: [
      ("{", ""), ("[]", ""), (#"{"x":1}"#, "x"), (#"{"day":"1970-01-03"}"#, "delta_usd"),
      (#"{"delta_usd":1}"#, "delta_usd"), (#"{"delta_usd":"1e3"}"#, "delta_usd"),
      (#"{"delta_usd":"0.0000000000001"}"#, "delta_usd"), (#"{"delta_usd":"1","day":"yesterday"}"#, "day"),
      (#"{"delta_usd":"1","day":"1970-01-03"}"#, "provider"), (#"{"delta_usd":"1","call":"x"}"#, "call"),
      (#"{"delta_usd":"1","call":"0000000000001","agent":"a"}"#, "agent"),
      (#"{"delta_usd":"1","call":"0000000000001"}"#, "reason"),
    ])
  func badBodies(body: String, parameter: String) async throws {
    try await withControl { port in
      let reply = try await send(
        "/api/v1/adjustments", port: port, method: "POST", headers: [json, token], body: body)
      #expect(reply.status == 400)
      #expect(reply["parameter"] as? String ?? "" == parameter)
    }
  }

  @Test("What the books refuse is a 422 that says why")
  func refused() async throws {
    try await withControl(CannedLedger(isBroken: true)) { port in
      let body = #"{"call":"0000000000001","delta_usd":"1","reason":"r","who":"w"}"#
      let reply = try await send("/api/v1/adjustments", port: port, method: "POST", headers: [json, token], body: body)
      #expect(reply.status == 422)
      #expect((reply["detail"] as? String)?.contains("there is no call x") == true)
    }
  }

  @Test("Repricing goes page by page, and says how many calls there are on the first")
  func reprice() async throws {
    let ledger = CannedLedger()
    try await withControl(ledger) { port in
      func body(_ more: String) -> String {
        #"{"from":"2026-11-01","to":"2026-11-02T00:00:00Z","reason":"r","who":"w"\#(more)}"#
      }
      func page(_ more: String) async throws -> Reply {
        try await send("/api/v1/reprice", port: port, method: "POST", headers: [json, token], body: body(more))
      }
      let first = try await page(#","provider":"openai","all":true,"dry_run":true"#)
      #expect(
        first.body
          == #"{"examined":5,"repriced":2,"unchanged":0,"not_enough_known":0,"delta_pico_usd":3,"delta_usd":"0.000000000003","#
          + #""unknown":[{"provider":"p","model":"m","calls":1}],"total":10,"next":"12.34"}"#)
      let second = try await page(#","after":"12.34""#)
      #expect(second["total"] is NSNull)
      #expect(second["next"] is NSNull)
      #expect(try await page(#","after":"x""#).status == 400)
      #expect(try await page(#","all":1"#).status == 400)
      let asked = ledger.asked.withLock { $0.repricings }
      #expect(asked.map(\.provider) == ["openai", nil])
      #expect(asked.map(\.includesPriced) == [true, false])
      #expect(asked.map(\.isDryRun) == [true, false])
      #expect(asked[1].after == RepriceCursor("12.34"))
      #expect(asked[0].from == Timestamp(date: "2026-11-01", utcOffsetSeconds: 0))
      let get = try await send("/api/v1/reprice", port: port)
      #expect(get.status == 405)
      #expect(get.headers["allow"] == "POST")
    }
  }

  @Test(
    "Amounts are read to the pico-dollar, and nothing else is an amount",
    arguments: [
      ("1", 1_000_000_000_000), ("-1.23", -1_230_000_000_000), ("+0.000000000001", 1), ("-0.5", -500_000_000_000),
      ("999999999999999", 999_999_999_999_999_000_000_000_000),
    ] as [(String, Int128)])
  func amounts(text: String, picodollars: Int128) {
    #expect(MoneyText.picodollars(text) == picodollars)
    #expect(MoneyText.usd(picodollars) == (text.hasPrefix("+") ? String(text.dropFirst()) : text))
  }

  @Test(arguments: ["", "-", ".5", "1.", "1e3", "1,5", " 1", "1 ", "0x1", "1.0000000000001", "1000000000000000", "--1"])
  func notAmounts(text: String) { #expect(MoneyText.picodollars(text) == nil) }
}
