import Budgets
import Ledger
import Observability
import Synchronization
import Testing

@testable import Control

private let ownerFields = [("authorization", "Bearer \(testToken)"), ("content-type", "application/json")]

@Suite("Changes by the API")
struct ControlChangesTests {
  @Test("One that takes too long is answered in time, says that it may be made, and is made")
  func slow() async throws {
    let ledger = CannedLedger()
    let (gate, opening) = AsyncStream.makeStream(of: Void.self)
    let (ends, ending) = AsyncStream.makeStream(of: Void.self)
    var queries = ledger.queries
    let set = queries.budgets.set
    queries.budgets.set = { name, actor, make in
      defer { ending.finish() }
      for await _ in gate { break }
      try Task.checkCancellation()
      return try await set(name, actor, make)
    }
    try await withControl(queries, configure: { $0.answerTimeoutSeconds = 1 }) { port in
      let reply = try await send(
        "/api/v1/budgets/flows", port: port, method: "PATCH", headers: ownerFields, body: #"{"mode": "observe"}"#)
      #expect(reply.status == 503 && reply.body.contains("may be made all the same"), "\(reply.body)")
      #expect(ledger.asked.withLock { $0.budgets.isEmpty })
      opening.yield()
      for await _ in ends {}
      #expect(ledger.asked.withLock { $0.budgets.map(\.mode) } == [.observe])
    }
  }

  @Test("A change of some members begins with what is there when its turn has come")
  func turns() async throws {
    let ledger = CannedLedger()
    var queries = ledger.queries
    var raised = exampleBudget().definition
    raised.limit.amount = 7
    queries.budgets.set = { [raised] _, _, make in
      // Another change has come between.
      let definition = try make(raised)
      ledger.asked.withLock { $0.budgets.append(definition) }
      return raised
    }
    try await withControl(queries) { port in
      let reply = try await send(
        "/api/v1/budgets/flows", port: port, method: "PATCH", headers: ownerFields, body: #"{"mode": "observe"}"#)
      #expect(reply.status == 200)
      let definition = ledger.asked.withLock { $0.budgets.first }
      #expect(definition?.mode == .observe && definition?.limit.amount == 7)
    }
  }

  @Test("A key of which a list names nothing is refused, and not one that may do everything")
  func emptyLists() throws {
    for member in ["providers", "models", "budgets"] {
      let body = try RequestBody(Array(#"{"name": "k", "\#(member)": []}"#.utf8))
      #expect(throws: ParameterError.self) { try KeyBody.grant(body) }
    }
    let open = try KeyBody.grant(try RequestBody(Array(#"{"name": "k", "models": null, "may_name": []}"#.utf8)))
    #expect(open.grant.models.isEmpty && open.grant.mayName.isEmpty)
  }
}
