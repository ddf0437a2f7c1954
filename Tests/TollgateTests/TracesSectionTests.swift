import Escalation
import Observability
import Testing

@testable import Tollgate

@Suite("Traces in the configuration")
struct TracesSectionTests {
  private func traces(_ yaml: String) throws -> TracesSection {
    try ConfigurationFile.parse("traces: { \(yaml) }", origin: "t.yaml", environment: ["TOKEN": "hunter2"]).traces
  }

  private func problems(_ yaml: String) -> [String] {
    do {
      _ = try traces(yaml)
      return []
    } catch let error as ConfigurationError {
      return error.problems.map(\.description)
    } catch {
      return ["\(error)"]
    }
  }

  @Test("Everything is read, and no secret is written")
  func everything() throws {
    let yaml = """
      traces:
        endpoint: https://collector.example:4318/v1/traces?tenant=k
        headers: { Authorization: "Bearer ${TOKEN}", x-scope: a }
        sample: 0.25
        service: gateway-eu
        attributes: { deployment.environment.name: production }
      """
    let configuration = try ConfigurationFile.parse(yaml, origin: "t.yaml", environment: ["TOKEN": "hunter2"])
    let export = try #require(configuration.traces.export)
    #expect(export.endpoint.shown == "https://collector.example:4318")
    #expect(export.endpoint.target.exposed == "/v1/traces?tenant=k")
    #expect(export.headers.map(\.name).sorted() == ["Authorization", "x-scope"])
    #expect(export.headers.first { $0.name == "Authorization" }?.value.exposed == "Bearer hunter2")
    #expect(export.sampling == TraceSampling(share: 250_000))
    #expect(!export.allowsPrivateAddress)
    #expect(export.resource.serviceName == "gateway-eu")
    #expect(export.resource.attributes == ["deployment.environment.name": "production"])
    let text = configuration.canonicalText
    #expect(!text.contains("hunter2") && !text.contains("tenant"))
    #expect(text.contains("sample: 0.25"))
  }

  @Test("There are none where nothing says so", arguments: ["", "traces:", "traces: {}"])
  func absent(yaml: String) throws {
    let configuration = try ConfigurationFile.parse(yaml, origin: "t.yaml", environment: [:])
    #expect(configuration.traces.export == nil)
    #expect(configuration.canonicalText.contains("traces: {}\n"))
  }

  @Test(
    "Each mistake is named, and no secret is repeated",
    arguments: [
      ("sample: 1", "endpoint is missing"), ("endpoint: collector:4318", "begins with 'https://'"),
      ("endpoint: https://c.example:4318", "has no path"),
      ("endpoint: http://c.example/v1/traces", "unencrypted"),
      ("endpoint: https://c.example/v1/traces, sample: 1.1", "from 0 to 1"),
      ("endpoint: https://c.example/v1/traces, sample: 50%", "from 0 to 1"),
      ("endpoint: https://c.example/v1/traces, sample: 0.1234567", "from 0 to 1"),
      ("endpoint: https://c.example/v1/traces, sample: .5", "from 0 to 1"),
      ("endpoint: https://c.example/v1/traces, headers: { host: x }", "sets this header itself"),
      ("endpoint: https://c.example/v1/traces, headers: { \"a b\": x }", "not a header's name"),
      ("endpoint: https://c.example/v1/traces, headers: { a: \"hunter2\\n\" }", "printable"),
      ("endpoint: https://c.example/v1/traces, service: \"\"", "1 to 128"),
      ("endpoint: https://c.example/v1/traces, header: {}", "did you mean \"headers\"?"),
      ("endpoint: https://u:hunter2@c.example/v1/traces", "must not contain a user name"),
    ])
  func mistakes(yaml: String, message: String) {
    let found = problems(yaml)
    #expect(found.count == 1 && found.first?.contains(message) == true, "\(found)")
    #expect(!found.joined().contains("hunter2"))
  }

  @Test(
    "A share is read exactly",
    arguments: [("0", 0), ("1", 1_000_000), ("1.000", 1_000_000), ("0.000001", 1), ("0.1", 100_000), ("0.0", 0)])
  func shares(text: String, share: Int) throws {
    #expect(try TracesSection.sampling(text) == TraceSampling(share: share))
  }
}

@Suite("Traces by OpenTelemetry's environment variables")
struct TraceEnvironmentTests {
  private static let endpoint = "OTEL_EXPORTER_OTLP_ENDPOINT"
  private static let base = [endpoint: "http://10.0.0.7:4318"]

  private func complete(_ variables: [String: String]) -> (export: TraceExport?, problems: [String]) {
    var environment = TraceEnvironment(variables)
    let export = environment.complete(nil)
    return (export, environment.problems.map(\.description))
  }

  @Test("The endpoint of all signals gets the path of traces; that of traces is used as it is, and first")
  func endpoints() throws {
    for (url, target) in [
      ("http://10.0.0.7:4318", "/v1/traces"), ("http://10.0.0.7:4318/", "/v1/traces"),
      ("https://c.example/otlp", "/otlp/v1/traces"),
    ] {
      let export = try #require(complete([Self.endpoint: url]).export)
      #expect(export.endpoint.target.exposed == target)
      #expect(export.allowsPrivateAddress)
      #expect(export.sampling == .all)
    }
    let both = Self.base.merging(["OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": "https://t.example/x"]) { $1 }
    #expect(complete(both).export?.endpoint.shown == "https://t.example")
  }

  @Test(
    "There are none where the variables say so, or nothing",
    arguments: [
      [:], [endpoint: ""], base.merging(["OTEL_SDK_DISABLED": "TRUE"]) { $1 },
      base.merging(["OTEL_TRACES_EXPORTER": "none"]) { $1 }, ["OTEL_SERVICE_NAME": "x"],
    ])
  func none(variables: [String: String]) {
    let (export, problems) = complete(variables)
    #expect(export == nil)
    #expect(problems.isEmpty)
  }

  @Test("Headers, name, attributes and sampler are read")
  func details() throws {
    let export = try #require(
      complete(
        Self.base.merging([
          "OTEL_EXPORTER_OTLP_HEADERS": "api-key=a%20b%3D, x = y=z ", "OTEL_SERVICE_NAME": "gw",
          "OTEL_RESOURCE_ATTRIBUTES": "service.name=less,team=a%2Cb", "OTEL_TRACES_SAMPLER": "parentbased_traceidratio",
          "OTEL_TRACES_SAMPLER_ARG": "0.5",
        ]) { $1 }
      ).export)
    #expect(export.headers.map { "\($0.name)=\($0.value.exposed)" } == ["api-key=a b=", "x=y=z"])
    #expect(export.resource.serviceName == "gw")
    #expect(export.resource.attributes == ["team": "a,b"])
    #expect(export.sampling == TraceSampling(share: 500_000))
  }

  @Test(
    "What is wrong is told, without what may be a secret, and there are no traces then",
    arguments: [
      ("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc", "http/protobuf only"), (endpoint, "10.0.0.7:4318", "begins with"),
      ("OTEL_EXPORTER_OTLP_HEADERS", "hunter2", "name=value"),
      ("OTEL_EXPORTER_OTLP_HEADERS", "a=%hunter2", "name=value"),
      ("OTEL_EXPORTER_OTLP_HEADERS", "host=hunter2", "sets this header itself"),
    ])
  func mistakes(variable: String, value: String, message: String) {
    let (export, problems) = complete(Self.base.merging([variable: value]) { $1 })
    #expect(export == nil)
    #expect(problems.count == 1 && problems.first?.contains(message) == true, "\(problems)")
    #expect(problems.first?.hasPrefix("environment: \(variable): ") == true)
    #expect(!problems.joined().contains("hunter2"))
  }

  @Test("What is configured goes before them, but for a name and attributes that it leaves out")
  func configured() throws {
    let configured = try #require(
      try ConfigurationFile.parse(
        "traces: { endpoint: https://c.example/v1/traces, attributes: { team: a } }", origin: "t.yaml", environment: [:]
      ).traces.export)
    var environment = TraceEnvironment(
      Self.base.merging([
        "OTEL_EXPORTER_OTLP_HEADERS": "a=b", "OTEL_RESOURCE_ATTRIBUTES": "team=b,zone=c,service.name=gw",
      ]) { $1 })
    let completed = environment.complete(configured)
    let export = try #require(completed)
    #expect(export.endpoint.shown == "https://c.example")
    #expect(export.headers.isEmpty)
    #expect(!export.allowsPrivateAddress)
    #expect(export.resource.attributes == ["team": "a", "zone": "c"])
    #expect(export.resource.serviceName == "gw")
  }
}
