import Testing

@testable import Observability

/// The cases are those of the W3C's own test suite (https://github.com/w3c/trace-context/tree/main/test), by what they are about.
@Suite("traceparent, by W3C Trace Context")
struct TraceContextTests {
  private static let trace = "12345678901234567890123456789012"
  private static let span = "1234567890123456"
  private static let valid = "00-\(trace)-\(span)-01"

  @Test(
    "is read where it is well-formed, whatever its flags, and in later versions",
    arguments: [
      (valid, true), ("00-\(trace)-\(span)-00", false), ("00-\(trace)-\(span)-02", false),
      ("00-\(trace)-\(span)-03", true), ("00-\(trace)-\(span)-ff", true), ("cc-\(trace)-\(span)-01", true),
      ("cc-\(trace)-\(span)-01-what-the-future-will-be-like", true), ("01-\(trace)-\(span)-fe-", false),
      ("fe-\(trace)-\(span)-09", true),
    ])
  func isRead(text: String, isSampled: Bool) throws {
    let context = try #require(TraceContext(traceParent: text))
    #expect(context.traceID.description == Self.trace)
    #expect(context.spanID.description == Self.span)
    #expect(context.isSampled == isSampled)
    #expect(context.traceParent == "00-\(Self.trace)-\(Self.span)-\(isSampled ? "01" : "00")")
  }

  @Test(
    "is as if it were not there where it is malformed",
    arguments: [
      "", "foo", "00", "\(valid).", "\(valid)-what-the-future-will-be-like", "ff-\(trace)-\(span)-01",
      "cc-\(trace)-\(span)-01.what-the-future-will-be-like", "cc-\(trace)-\(span)-0", ".0-\(trace)-\(span)-01",
      "0.-\(trace)-\(span)-01", "000-\(trace)-\(span)-01", "0-\(trace)-\(span)-01", "\(trace)-\(span)-01",
      "00-00000000000000000000000000000000-\(span)-01", "00-.2345678901234567890123456789012-\(span)-01",
      "00-1234567890123456789012345678901.-\(span)-01", "00-1\(trace)-\(span)-01", "00-\(trace.dropLast())-\(span)-01",
      "00-\(trace)-0000000000000000-01", "00-\(trace)-.234567890123456-01", "00-\(trace)-123456789012345.-01",
      "00-\(trace)-1\(span)-01", "00-\(trace)-\(span.dropLast())-01", "00-\(trace)-\(span)-.0",
      "00-\(trace)-\(span)-0.",
      "00-\(trace)-\(span)-001", "00-\(trace)-\(span)-1", "00-\(trace)-\(span)", "00-\(trace)-\(span)-",
      "00-ABCDEF78901234567890123456789012-\(span)-01", " \(valid)", "\(valid) ", "00_\(trace)_\(span)_01",
      "00-1234567890123456789012345678901\u{e9}-\(span)-0", "\(valid)\(valid)", "\(valid),\(valid)",
    ])
  func isIgnored(text: String) {
    #expect(TraceContext(traceParent: text) == nil)
  }

  @Test("has each bit where it belongs")
  func bits() throws {
    let context = try #require(
      TraceContext(traceParent: "00-0af7651916cd43dd8448eb211c80319c-00f067aa0ba902b7-01"))
    #expect(context.traceID.bits == 0x0af7_6519_16cd_43dd_8448_eb21_1c80_319c)
    #expect(context.spanID.bits == 0x00f0_67aa_0ba9_02b7)
  }
}

@Suite("Identifiers of traces and spans")
struct TraceIDTests {
  @Test(
    "rest on FNV-1a of 128 bits, by its published vectors",
    arguments: [
      ("", 0x6c62_272e_07bb_0142_62b8_2175_6295_c58d), ("a", 0xd228_cb69_6f1a_8caf_7891_2b70_4e4a_8964),
      ("foobar", 0x343e_1662_793c_64bf_6f0d_3597_ba44_6f18),
    ] as [(String, UInt128)])
  func digest(text: String, expected: UInt128) {
    #expect(IdentifierDigest.fnv1a(text) == expected)
  }

  @Test("are the same for the same name, in every process, and 32 and 16 digits long")
  func stable() {
    #expect(TraceID(ofRun: "nightly/42") == TraceID(ofRun: "nightly/42"))
    #expect(TraceID(ofRun: "nightly/42").description.utf8.count == 32)
    #expect(SpanID(ofAgent: "a", run: "r").description.utf8.count == 16)
    #expect(TraceID(1)?.description == String(repeating: "0", count: 31) + "1")
    #expect(TraceID(0) == nil)
    #expect(SpanID(0) == nil)
  }

  @Test("are told apart: 100,000 runs and calls whose names differ in one letter have as many traces and spans")
  func distinct() {
    var traces: Set<TraceID> = []
    var spans: Set<SpanID> = []
    for number in 0..<100_000 {
      traces.insert(TraceID(ofRun: "run-\(number)"))
      spans.insert(SpanID(ofCall: Int64(number)))
    }
    #expect(traces.count == 100_000)
    #expect(spans.count == 100_000)
    #expect(TraceID(ofRun: "1") != TraceID(ofCall: 1))
    #expect(SpanID(ofAgent: "b", run: "a") != SpanID(ofAgent: "", run: "ab"))
    #expect(SpanID(ofTool: 1, call: 12) != SpanID(ofTool: 2, call: 11))
  }
}

@Suite("Which traces are exported")
struct TraceSamplingTests {
  @Test("None and all are what they say, for every trace")
  func ends() {
    for number in 0..<1_000 {
      let trace = TraceID(ofRun: "run-\(number)")
      #expect(TraceSampling.all.keeps(trace))
      #expect(!TraceSampling(share: 0).keeps(trace))
    }
    #expect(TraceSampling(share: 2_000_000).share == 1_000_000)
    #expect(TraceSampling(share: -1).share == 0)
  }

  @Test("A share is kept of runs that are counted up", arguments: [1, 10, 100, 250_000, 500_000, 900_000])
  func share(partsPerMillion: Int) {
    let count = 100_000
    let kept = (0..<count).count { TraceSampling(share: partsPerMillion).keeps(TraceID(ofRun: "run-\($0)")) }
    let expected = Double(count) * Double(partsPerMillion) / 1_000_000
    // Five standard deviations of a binomial, and one trace.
    #expect(abs(Double(kept) - expected) <= 5 * (expected * (1 - expected / Double(count))).squareRoot() + 1)
  }

  @Test("What a smaller share keeps, a larger one keeps too")
  func consistent() {
    for number in 0..<10_000 {
      let trace = TraceID(ofRun: "run-\(number)")
      if TraceSampling(share: 100_000).keeps(trace) { #expect(TraceSampling(share: 200_000).keeps(trace)) }
    }
  }

  @Test("The caller's flag goes before the share, both ways")
  func parent() throws {
    let text = "00-12345678901234567890123456789012-1234567890123456-0"
    let sampled = try #require(TraceContext(traceParent: text + "1"))
    let unsampled = try #require(TraceContext(traceParent: text + "0"))
    #expect(TraceSampling(share: 0).isKept(sampled.traceID, parent: sampled))
    #expect(!TraceSampling.all.isKept(unsampled.traceID, parent: unsampled))
    #expect(TraceSampling.all.isKept(sampled.traceID, parent: nil))
  }
}
