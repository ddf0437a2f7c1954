import Testing

@testable import Tollgate

@Suite("Rules between the keys of a configuration")
struct ConfigurationRulesTests {
  private func problems(_ yaml: String) throws -> [String] {
    let configuration = try ConfigurationFile.parse(yaml, origin: "t.yaml", environment: [:])
    do throws(ConfigurationError) {
      _ = try configuration.checked(origin: "t.yaml")
      return []
    } catch {
      return error.problems.map(\.description)
    }
  }

  @Test("The defaults, and ports beyond loopback behind a load balancer, are fine")
  func fine() throws {
    #expect(try problems("") == [])
    #expect(try problems("listen: 0.0.0.0:4100\ntls: terminated_elsewhere") == [])
    #expect(try problems("control: { listen: 0.0.0.0:4101, tls: terminated_elsewhere }") == [])
    #expect(try problems("listen: 127.0.0.1:0\ncontrol: { listen: 127.0.0.1:0 }") == [])
    #expect(try problems("providers: { openai: { stream_usage: ask } }\ndefault_provider: anthropic") == [])
  }

  @Test("Neither port may be reached from other machines without TLS in front of it")
  func beyondLoopback() throws {
    #expect(
      try problems("listen: 0.0.0.0:4100") == [
        "t.yaml: listen: 0.0.0.0:4100 can be reached from other machines, and nothing here encrypts or authenticates; listen on "
          + "127.0.0.1, give tls: { cert: FILE, key: FILE }, or set tls: terminated_elsewhere where a load balancer in front "
          + "of it does"
      ])
    #expect(try problems("tls: terminated_elsewhere\ncontrol: { listen: 10.0.0.1:4101 }").count == 1)
  }

  @Test("Where other machines reach the port itself, a virtual key is needed; behind a load balancer if so configured")
  func virtualKeys() throws {
    func isRequired(_ yaml: String) throws -> Bool {
      try ConfigurationFile.parse(yaml, origin: "t.yaml", environment: [:]).requiresVirtualKey
    }
    let open = "listen: 0.0.0.0:4100\ntls: { cert: /dev/null, key: /dev/null }\n"
    #expect(try isRequired(open) && problems(open) == [])
    #expect(try problems(open + "virtual_keys: optional").count == 1)
    #expect(try !isRequired("") && isRequired("virtual_keys: required"))
    #expect(try !isRequired("listen: 0.0.0.0:4100\ntls: terminated_elsewhere"))
    #expect(try !isRequired("tls: { cert: /dev/null, key: /dev/null }"))
  }

  @Test("Both ports cannot be the same")
  func samePort() throws {
    #expect(try problems("control: { listen: 127.0.0.1:4100 }").count == 1)
  }

  @Test("A provider that is not known needs a base URL, and the name that was probably meant is named")
  func unknownProviders() throws {
    #expect(
      try problems("providers: { opnai: {} }") == [
        #"t.yaml: providers.opnai: not a provider that Tollgate knows; give its base_url (or did you mean "openai"?)"#
      ])
    #expect(
      try problems("default_provider: antropic") == [
        #"t.yaml: default_provider: there is no provider "antropic"; did you mean "anthropic"?"#
      ])
    #expect(
      try problems("default_provider: mine") == [
        #"t.yaml: default_provider: there is no provider "mine"; configure it under providers"#
      ])
  }
}
