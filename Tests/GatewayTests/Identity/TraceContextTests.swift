import NIOHTTP1
import Observability
import Testing
import Upstream

@testable import Gateway

@Suite("The caller's trace context")
struct TraceContextTests {
  private static let trace = "4bf92f3577b34da6a3ce929d0e0e4736"
  private static let valid = "00-\(trace)-00f067aa0ba902b7-01"

  @Test("is read from its header, whatever the case of the name; of two headers none is taken")
  func header() throws {
    let openai = try #require(KnownProviders.route(named: "openai"))
    func trace(_ headers: [(String, String)]) throws -> TraceContext? {
      try IdentityResolver().resolve(path: PathIdentity(), headers: HTTPHeaders(headers), provider: openai).trace
    }
    let context = try #require(try trace([("TraceParent", Self.valid)]))
    #expect(context.traceID.description == Self.trace)
    #expect(context.spanID.description == "00f067aa0ba902b7")
    #expect(context.isSampled)
    #expect(try trace([("traceparent", Self.valid), ("traceparent", Self.valid)]) == nil)
    #expect(try trace([("traceparent", Self.valid), ("Traceparent", Self.valid), ("traceparent", Self.valid)]) == nil)
    #expect(try trace([("trace-parent", Self.valid)]) == nil)
    #expect(try trace([("traceparent", Self.valid + "-more")]) == nil)
  }

  @Test("may name agent, workflow and run in its baggage")
  func baggage() throws {
    let openai = try #require(KnownProviders.route(named: "openai"))
    let identity = try IdentityResolver().resolve(
      path: PathIdentity(),
      headers: HTTPHeaders([
        ("traceparent", Self.valid), ("baggage", "userId=alice, gen_ai.agent.name = re%2Fsearcher ;p=1"),
        ("baggage", "gen_ai.conversation.id=c-1,gen_ai.workflow.name=night%20ly,gen_ai.agent.name=second"),
      ]), provider: openai)
    #expect(identity.agent == "re/searcher")
    #expect(identity.agentSource == .baggage)
    #expect(identity.workflow == "night-ly")
    #expect(identity.run == "c-1")
    #expect(identity.runSource == .baggage)
    #expect(identity.traceID == Self.trace)
  }

  @Test("is not read beyond the standard's limits, or where it is malformed")
  func baggageLimits() {
    let tooLong = "gen_ai.agent.name=a," + String(repeating: "x", count: 8192)
    let tooMany = String(repeating: "k=v,", count: 64) + "gen_ai.agent.name=a"
    for value in [
      tooLong, tooMany, "gen_ai.agent.name", "gen_ai.agent.name=", "gen_ai.agent.name=%zz", "=", "gen_ai.agent.names=a",
    ] {
      var baggage = Baggage()
      baggage.read(value)
      #expect(baggage.agent == nil, "\(value.prefix(40))")
    }
  }
}
