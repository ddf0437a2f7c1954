import Testing

@testable import Tollgate

@Suite("What a configuration file means")
struct ConfigurationGoldenTests {
  private func canonical(_ yaml: String, environment: [String: String] = [:]) throws -> String {
    try ConfigurationFile.parse(yaml, origin: "test.yaml", environment: environment).canonicalText
  }

  static let defaults = """
    listen: 127.0.0.1:4100
    tls: none
    control:
      listen: 127.0.0.1:4101
      tls: none
    allowed_hosts: []
    allowed_origins: []
    data: ./tollgate-data
    providers: {}
    agents: []
    workflows: []
    holds:
      wait: 1m
      max: 100
      then: deny
    runs:
      idle: 30m
    on_client_disconnect: cancel
    unmetered: allow
    unpriced: allow
    ledger_unavailable: refuse
    limits:
      body: 64 MiB
      in_flight: 8192
      connections: 16384
      request_head_timeout: 10s
      keep_alive_timeout: 75s
      client_idle_timeout: 1m
      connect_timeout: 10s
      head_timeout: 10m
      idle_timeout: 5m
      socket_idle_timeout: 10m
      drain_timeout: 30s
    retention:
      calls: 90d
      rollups: 25 months
    receivers: {}
    alerts:
      budget_overrun: all
      hold_waiting: all
      guardrail_tripped: all
      anomaly: off
      unpriced: all
      unmetered: all
      upstream_failing: all
      ledger_failing: all
      receiver_failing: all
    traces: {}
    log:
      level: info
      format: auto

    """

  @Test(
    "An empty file, empty sections and no file at all mean the defaults",
    arguments: ["", "# nothing\n", "limits:\n", "{}"])
  func emptiness(yaml: String) throws {
    #expect(try canonical(yaml) == Self.defaults)
    #expect(Configuration().canonicalText == Self.defaults)
  }

  static let full = """
    listen: 0.0.0.0:4100
    tls: terminated_elsewhere
    control:
      listen: "[::1]:9000"
      tls: none
    allowed_hosts: [tollgate.example.com, 10.0.0.1]
    allowed_origins: [https://app.example]
    data: /var/lib/tollgate
    price_book: ./prices
    providers:
      local:
        base_url: http://10.0.0.5:8000
        dialect: openai
        billing: free
        stream_usage: leave
      openai:
        key: "***"
        key_field: api-key
        stream_usage: ask
        prices: azure
        discount: [0.88 from 2026-09-01T00:00:00.000000Z to 2027-01-01T00:00:00.000000Z, \
    1/2 to 2026-09-01T00:00:00.000000Z]
        unpriced: charge_as gpt-5
    default_provider: local
    agents: [researcher, claude-code/Explore]
    workflows: [nightly-report]
    holds:
      wait: 45s
      max: 20
      then: retry
    runs:
      idle: 30m
    on_client_disconnect: drain 45s
    unmetered: charge 0.05 USD
    unpriced: deny
    virtual_keys: required
    ledger_unavailable: forward
    limits:
      body: 8 MiB
      in_flight: 100
      connections: 200
      request_head_timeout: 5s
      keep_alive_timeout: 2m
      client_idle_timeout: 90s
      connect_timeout: 1500ms
      head_timeout: 90s
      idle_timeout: 30s
      socket_idle_timeout: 1h
      drain_timeout: 1m
    retention:
      calls: 30d
      rollups: 1 months
    receivers: {}
    alerts:
      budget_overrun: all
      hold_waiting: all
      guardrail_tripped: all
      anomaly: off
      unpriced: off
      unmetered: all
      upstream_failing: all
      ledger_failing: all
      receiver_failing: all
    traces: {}
    log:
      level: debug
      format: json

    """

  @Test("Every key is read, and written again as it was")
  func everyKey() throws {
    #expect(try canonical(Self.full) == Self.full)
  }

  @Test("The order of keys, the style of values and other spellings of units do not matter")
  func spellings() throws {
    let yaml = """
      retention: { rollups: 1 month, calls: 720h }
      alerts: { unpriced: "off" }
      limits: { body: 8192 KiB, connections: 200, in_flight: 100, head_timeout: 1m30s, keep_alive_timeout: 2m,
        request_head_timeout: 5s, client_idle_timeout: 90s,
        idle_timeout: 30000ms, socket_idle_timeout: 60m, connect_timeout: 1500 ms, drain_timeout: 60s }
      log: { format: "json", level: 'debug' }
      ledger_unavailable: forward
      unmetered: { charge: 0.050 USD }
      unpriced: deny
      virtual_keys: "required"
      on_client_disconnect: drain 45000ms
      workflows: [ nightly-report ]
      holds: { then: retry, max: 20, wait: 45000ms }
      agents:
        - researcher
        - claude-code/Explore
      default_provider: local
      providers:
        openai:
          key: secret
          key_field: api-key
          stream_usage: ask
          prices: azure
          discount: [{ times: 0.88, from: 2026-09-01, to: 2027-01-01 }, { times: 1/2, to: "2026-09-01" }]
          unpriced: { charge_as: gpt-5 }
        local: { base_url: "http://10.0.0.5:8000/", dialect: openai, billing: free }
      price_book: ./prices
      data: /var/lib/tollgate
      allowed_hosts: [ Tollgate.Example.COM, 10.0.0.1 ]
      allowed_origins: [ "https://App.example" ]
      control: { listen: "[::1]:9000" }
      tls: terminated_elsewhere
      listen: 0.0.0.0:4100
      """
    #expect(try canonical(yaml) == Self.full)
  }

  @Test("Environment variables stand in values only, and can neither add keys nor be read twice")
  func environment() throws {
    let environment = ["HOST": "10.1.1.1", "EVIL": "a\nlog: {level: trace}", "NESTED": "${HOST}"]
    let yaml = """
      data: "/data/${HOST}/$${HOST}/${NESTED}"
      price_book: ${EVIL}
      providers: { local: { base_url: "http://${HOST}:${HOST_PORT}" } }
      """
    let text = try canonical(yaml, environment: environment.merging(["HOST_PORT": "8000"]) { $1 })
    #expect(text.contains(#"data: "/data/10.1.1.1/$${HOST}/$${HOST}""#))
    #expect(text.contains(#"price_book: "a\nlog: {level: trace}""#))
    #expect(text.contains("base_url: http://10.1.1.1:8000\n"))
    #expect(text.contains("level: info"))
    #expect(try canonical(text) == text)
  }

  @Test("What is written is read again as the same, whatever a path contains")
  func roundTrip() throws {
    for path in [
      "a b", "a: b", "#x", "- y", "\"q\"", "a\\b", "ü/é", "{x}", "*z", "null", "~", "tab\tx", "a${b", "x:", "'s'", "@a",
      "%d",
    ] {
      var configuration = Configuration()
      configuration.dataDirectory = path
      let text = configuration.canonicalText
      let read = try ConfigurationFile.parse(text, origin: "test.yaml", environment: [:])
      #expect(read == configuration, "\(path) became \(read.dataDirectory)")
    }
  }
}
