import Foundation
import Ledger
import Testing

@testable import Control

/// The document as nested dictionaries.
private func document() throws -> [String: Any] {
  let bytes = OpenAPIDocument.document(version: "1.0")
  return try #require(try JSONSerialization.jsonObject(with: Data(bytes)) as? [String: Any])
}

private func object(_ value: Any?, _ path: String...) -> [String: Any] {
  var value = value
  for name in path { value = (value as? [String: Any])?[name] }
  return value as? [String: Any] ?? [:]
}

@Suite struct OpenAPITests {
  @Test("The document is OpenAPI 3.1 with Tollgate's version")
  func head() throws {
    let document = try document()
    #expect(document["openapi"] as? String == "3.1.0")
    #expect(object(document, "info")["version"] as? String == "1.0")
  }

  @Test("Every path that is described is served, and every one that is served is described")
  func paths() throws {
    let described = object(try document(), "paths").keys
    for path in described {
      #expect(ControlRoute(path: path.replacingOccurrences(of: "{id}", with: "0000000000001")) != nil, "\(path)")
    }
    #expect(
      Set(described) == [
        "/", "/metrics", "/healthz", "/readyz", "/api/v1/calls", "/api/v1/calls/{id}", "/api/v1/summary",
        "/api/v1/runs", "/api/v1/runs/{id}", "/api/v1/runs/{id}/end", "/api/v1/runs/{id}/release",
        "/api/v1/anomalies", "/api/v1/reliability",
        "/api/v1/adjustments", "/api/v1/reprice", "/api/v1/keys", "/api/v1/keys/{id}", "/api/v1/keys/{id}/rotate",
        "/api/v1/tokens", "/api/v1/tokens/{id}", "/api/v1/audit", "/api/v1/budgets", "/api/v1/budgets/{id}",
        "/api/v1/budgets/{id}/raise", "/api/v1/explain", "/api/v1/simulate",
        "/api/v1/openapi.json", "/api/v1/alerts",
        "/api/v1/alerts/redeliver", "/api/v1/receivers", "/api/v1/receivers/{id}/test",
        "/api/v1/holds", "/api/v1/holds/{id}", "/api/v1/holds/{id}/approve", "/api/v1/holds/{id}/deny", "/holds/{id}",
      ])
  }

  @Test("The methods that are described are those that are taken")
  func methods() throws {
    for (path, description) in object(try document(), "paths") {
      let route = try #require(ControlRoute(path: path.replacingOccurrences(of: "{id}", with: "0000000000001")))
      let described = Set(object(description).keys.map { $0.uppercased() })
      #expect(described == Set(route.methods).subtracting(["HEAD"]), "\(path)")
    }
  }

  @Test("What is booked has exactly the members that are described, and bodies take just those")
  func books() throws {
    let schemas = object(try document(), "components", "schemas")
    for (name, bytes) in [
      ("Adjustment", AdjustmentJSON.document(exampleAdjustment())),
      ("RepricePage", RepriceJSON.document(RepricePage(), total: nil)),
    ] {
      let written = try #require(try JSONSerialization.jsonObject(with: Data(bytes)) as? [String: Any])
      #expect(Set(object(schemas, name, "properties").keys) == Set(written.keys))
      #expect(Set(object(schemas, name)["required"] as? [String] ?? []) == Set(written.keys))
    }
    #expect(Set(object(schemas, "Correction", "properties").keys) == Set(AdjustmentBody.members))
    #expect(Set(object(schemas, "Reprice", "properties").keys) == Set(RepriceBody.members))
    #expect(Set(object(schemas, "NewKey", "properties").keys) == Set(KeyBody.members))
    #expect(Set(object(schemas, "Rotation", "properties").keys) == Set(RotateBody.members))
    #expect(Set(object(schemas, "NewToken", "properties").keys) == Set(TokenBody.members))
    #expect(Set(object(schemas, "HoldApproval", "properties").keys) == Set(HoldBody.approvalMembers))
    #expect(Set(object(schemas, "HoldDenial", "properties").keys) == Set(HoldBody.denialMembers))
    #expect(Set(object(schemas, "HoldForm", "properties").keys) == Set(HoldPage.fields))
  }

  @Test("Alerts and receivers have exactly the members that are described")
  func alerts() throws {
    let schemas = object(try document(), "components", "schemas")
    func row(_ bytes: [UInt8]) throws -> [String: Any] {
      let page = try JSONSerialization.jsonObject(with: Data(bytes)) as? [String: Any]
      return try #require((page?["rows"] as? [[String: Any]])?.first)
    }
    let alert = try row(AlertJSON.page([exampleAlert()], next: nil))
    let message = try #require((alert["messages"] as? [[String: Any]])?.first)
    for (name, written) in [
      ("Alert", alert), ("AlertMessage", message), ("Receiver", try row(ReceiverJSON.page([exampleReceiver()]))),
    ] {
      #expect(Set(object(schemas, name, "properties").keys) == Set(written.keys), "\(name)")
      #expect(Set(object(schemas, name)["required"] as? [String] ?? []) == Set(written.keys), "\(name)")
    }
    #expect(Set(object(schemas, "Redelivery", "properties").keys) == Set(RedeliveryBody.members))
  }

  @Test("The parameters that are described are those that are taken")
  func parameters() throws {
    let document = try document()
    let paths = object(document, "paths")
    let shared = object(document, "components", "parameters")
    for (path, known) in [
      ("/api/v1/calls", CallQuery.parameters), ("/api/v1/summary", SummaryQuery.parameters),
      ("/api/v1/adjustments", AdjustmentQuery.parameters), ("/api/v1/audit", AuditParameters.names),
      ("/api/v1/explain", ExplainQuery.parameters), ("/api/v1/alerts", AlertQuery.parameters),
      ("/api/v1/holds", HoldQuery.parameters), ("/api/v1/runs", RunParameters.names),
      ("/api/v1/anomalies", RunEventParameters.names), ("/api/v1/reliability", ReliabilityParameters.names),
    ] {
      let described = object(paths, path, "get")["parameters"] as? [[String: Any]] ?? []
      let names = described.compactMap { parameter in
        let name = (parameter["$ref"] as? String)?.split(separator: "/").last.map { String($0) }
        return (name.map { object(shared, $0) } ?? parameter)["name"] as? String
      }
      #expect(names.sorted() == known.sorted())
    }
  }

  @Test("A call and its usage have exactly the members that are described")
  func call() throws {
    let schemas = object(try document(), "components", "schemas")
    let call = try #require(
      try JSONSerialization.jsonObject(with: Data(CallJSON.document(exampleCall(), detail: CallJSON.Detail())))
        as? [String: Any])
    // What stands by itself has more than a row of a list.
    let row = Set(call.keys).subtracting(["tools", "events"])
    #expect(row.count == call.count - 2)
    #expect(Set(object(schemas, "Call", "properties").keys) == row)
    #expect(Set(object(schemas, "Call")["required"] as? [String] ?? []) == row)
    #expect(Set(object(schemas, "Usage", "properties").keys) == Set(object(call, "usage").keys))
  }

  @Test("Runs, tools, events and reliability have exactly the members that are described")
  func runs() throws {
    let schemas = object(try document(), "components", "schemas")
    let run = try #require(
      try JSONSerialization.jsonObject(with: Data(RunJSON.document(exampleRun()))) as? [String: Any])
    let call = try #require((run["calls"] as? [[String: Any]])?.first)
    let report = try #require(
      try JSONSerialization.jsonObject(with: Data(ReliabilityJSON.document(exampleReliability()))) as? [String: Any])
    let figures = object((report["rows"] as? [[String: Any]])?.first, "current")
    let ofRun: Set = ["end", "calls", "events", "calls_not_listed", "children"]
    for (name, written) in [
      ("Run", run.filter { !ofRun.contains($0.key) }), ("RunTool", (call["tools"] as? [[String: Any]])?.first ?? [:]),
      ("RunEvent", (call["events"] as? [[String: Any]])?.first ?? [:]), ("Reliability", report),
      ("ReliabilityFigures", figures),
    ] {
      #expect(Set(object(schemas, name, "properties").keys) == Set(written.keys), "\(name)")
      #expect(Set(object(schemas, name)["required"] as? [String] ?? []) == Set(written.keys), "\(name)")
    }
    #expect(ofRun.isSubset(of: run.keys))
  }

  @Test("Budgets and what is said of them have exactly the members that are described, and bodies take just those")
  func budgets() throws {
    let schemas = object(try document(), "components", "schemas")
    let budget = try #require(
      try JSONSerialization.jsonObject(with: Data(BudgetStatusJSON.document(exampleBudget()))) as? [String: Any])
    let explanation = try #require(
      try JSONSerialization.jsonObject(with: Data(CallExplanationJSON.document(exampleExplanation())))
        as? [String: Any])
    for (name, written) in [
      ("Budget", budget), ("BudgetWindow", (budget["windows"] as? [[String: Any]])?.first ?? [:]),
      ("Raise", (budget["raises"] as? [[String: Any]])?.first ?? [:]), ("CallExplanation", explanation),
      ("BudgetExplanation", (explanation["budgets"] as? [[String: Any]])?.first ?? [:]),
    ] {
      #expect(Set(object(schemas, name, "properties").keys) == Set(written.keys), "\(name)")
      #expect(Set(object(schemas, name)["required"] as? [String] ?? []) == Set(written.keys), "\(name)")
    }
    #expect(Set(object(schemas, "NewBudget", "properties").keys) == Set(BudgetBody.members))
    #expect(Set(object(schemas, "NewRaise", "properties").keys) == Set(RaiseBody.members))
    #expect(Set(object(schemas, "NewSimulation", "properties").keys) == Set(SimulationBody.members))
  }

  @Test("A row of a summary has exactly the members that are described")
  func summary() throws {
    let schemas = object(try document(), "components", "schemas")
    let all = SummaryDimension.allCases
    var row = exampleRow()
    row.key = all.map { _ in "x" }
    let page = try JSONSerialization.jsonObject(with: Data(SummaryJSON.page([row], by: all))) as? [String: Any]
    let written = try #require((page?["rows"] as? [[String: Any]])?.first)
    #expect(Set(object(schemas, "SummaryRow", "properties").keys) == Set(written.keys))
    let sums = Set(written.keys).subtracting(all.map(\.rawValue))
    #expect(Set(object(schemas, "SummaryRow")["required"] as? [String] ?? []) == sums)
  }

  @Test("Every reference leads somewhere")
  func references() throws {
    let document = try document()
    let text = String(decoding: OpenAPIDocument.document(version: "1.0"), as: UTF8.self)
    let references = text.components(separatedBy: "\"$ref\"").dropFirst().compactMap { part in
      part.split(separator: "\"").dropFirst().first
    }
    #expect(references.count > 10)
    for reference in references {
      var value: Any? = document
      for name in reference.dropFirst(2).split(separator: "/") { value = (value as? [String: Any])?[String(name)] }
      #expect(value != nil, "\(reference)")
    }
  }
}
