import Testing

@testable import Tollgate

@Suite("What is said of a wrong configuration")
struct ConfigurationErrorTests {
  private func problems(_ yaml: String) -> [String] {
    do throws(ConfigurationError) {
      _ = try ConfigurationFile.parse(yaml, origin: "t.yaml", environment: [:])
      return []
    } catch {
      return error.problems.map(\.description)
    }
  }

  @Test(
    "Each mistake is named with its line and column, and with what would be right",
    arguments: [
      ("lisen: 127.0.0.1:4100", #"t.yaml:1:1: lisen: unknown key; did you mean "listen"?"#),
      (
        "limits:\n  boddy: 1 MiB", #"t.yaml:2:3: limits.boddy: unknown key; did you mean "body"?"#
      ),
      (
        "control: { port: 1 }", "t.yaml:1:12: control.port: unknown key; known here: listen, tls, url"
      ),
      (
        "listen: 4100",
        #"t.yaml:1:9: listen: "4100" is not an address to listen on; write ADDRESS:PORT, such as 127.0.0.1:4100 or [::1]:4100"#
      ),
      (
        "limits: { idle_timeout: 30 }",
        #"t.yaml:1:25: limits.idle_timeout: "30" is not a length of time; write a number with a unit, such as 500ms, 30s, 10m, 24h or 90d"#
      ),
      ("limits: { idle_timeout: 0s }", "t.yaml:1:25: limits.idle_timeout: 0s is not between 1ms and 1d"),
      (
        "limits: { body: 64 }",
        #"t.yaml:1:17: limits.body: "64" is not a size; write a whole number with a unit, such as 64 KiB, 8 MiB or 1 GB"#
      ),
      ("limits: { body: 1 B }", "t.yaml:1:17: limits.body: 1 B is not between 1 KiB and 1 GiB"),
      (
        "limits: { in_flight: many }",
        #"t.yaml:1:22: limits.in_flight: "many" is not a whole number from 1 to 65536"#
      ),
      (
        "log: { level: loud }",
        #"t.yaml:1:15: log.level: "loud" is not one of trace, debug, info, notice, warning, error"#
      ),
      (
        "log: { level: warn }",
        #"t.yaml:1:15: log.level: "warn" is not one of trace, debug, info, notice, warning, error"#
      ),
      (
        "ledger_unavailable: refused",
        #"t.yaml:1:21: ledger_unavailable: "refused" is not one of refuse, forward; did you mean "refuse"?"#
      ),
      ("unmetered: maybe", #"t.yaml:1:12: unmetered: "maybe" is not one of allow, deny, charge 0.05 USD"#),
      (
        "unmetered: { charge: 0.05 }",
        #"t.yaml:1:22: unmetered.charge: "0.05" is not an amount of money; write it with its currency, such as 0.05 USD"#
      ),
      ("on_client_disconnect: drain", #"t.yaml:1:23: on_client_disconnect: "drain" is not one of cancel, drain 30s"#),
      (
        "providers: { openai: { key: \"tg-abc\" } }",
        "t.yaml:1:29: providers.openai.key: this is a key of Tollgate's own; give the provider's"
      ),
      (
        "providers: { openai: { key: \"a b\" } }",
        "t.yaml:1:29: providers.openai.key: the key is empty, too long, or has blanks or other characters that no such key has"
      ),
      (
        "providers: { openai: { key_file: /nowhere } }",
        #"t.yaml:1:34: providers.openai.key_file: the file "/nowhere" cannot be read; name one that holds the key"#
      ),
      (
        "providers: { openai: { key_field: bearer } }",
        "t.yaml:1:35: providers.openai.key_field: says where a key stands, and there is none; give key or key_file"
      ),
      (
        "tls: maybe",
        #"t.yaml:1:6: tls: "maybe" is not one of none, terminated_elsewhere; for TLS here write tls: { cert: FILE, key: FILE }"#
      ),
      (
        "tls: { cert: /dev/null }",
        "t.yaml:1:6: tls: key is missing; write tls: { cert: FILE, key: FILE }, both in PEM form"
      ),
      (
        "providers: { x: { base_url: \"https://me:secret@h\" } }",
        "t.yaml:1:29: providers.x.base_url: a base URL must not contain a user name or a password; leave the key with the agent"
      ),
      (
        "providers: { x: { base_url: ftp://h } }",
        #"t.yaml:1:29: providers.x.base_url: a base URL begins with 'https://' or 'http://'; write it as https://api.example.com"#
      ),
      (
        "providers: { Agent: {} }",
        #"t.yaml:1:14: providers.Agent: a provider cannot be named 'Agent': take up to 64 of a-z, 0-9, '-', '_' and '.', no '.' first"#
      ),
      (
        "providers: { agent: {} }",
        #"t.yaml:1:14: providers.agent: a provider cannot be named 'agent': paths that begin so mean something else"#
      ),
      (
        "agents: [ok, \"no good\"]",
        #"t.yaml:1:14: agents[1]: "no good" cannot be a name; use 1 to 128 of the characters A-Z a-z 0-9 . _ : / @ + -"#
      ),
      ("agents: researcher", "t.yaml:1:9: agents: expected a list, such as [first, second], not a single value"),
      ("limits: [1]", "t.yaml:1:9: limits: expected a mapping of keys to values"),
      ("data: [a]", "t.yaml:1:7: data: expected a single value, not a list"),
      ("data:", "t.yaml:1:6: data: the value is missing; give one, or remove the key"),
      (
        "retention: { rollups: 25 }",
        #"t.yaml:1:23: retention.rollups: "25" is not a number of months from 1 to 1200, such as 25 months"#
      ),
      (
        "retention: { calls: 36h }",
        #"t.yaml:1:21: retention.calls: "36h" is not a whole number of days from 1d to 36500d"#
      ),
      (
        "data: ${NOT_SET}",
        "t.yaml:1:7: data: the environment variable NOT_SET is not set; set it, or write the value here"
      ),
      (
        "data: \"${NOT\"",
        ##"t.yaml:1:7: data: "${" without "}"; write ${NAME}, or $${ for the characters themselves"##
      ),
      (
        "allowed_hosts: [\"https://a\"]",
        #"t.yaml:1:17: allowed_hosts[0]: 'https://a' is neither a host name nor an address: write it as in a URL, no path"#
      ),
      ("just text", "t.yaml:1:1: expected a mapping of keys to values"),
    ] as [(String, String)])
  func oneMistake(yaml: String, message: String) {
    #expect(problems(yaml) == [message])
  }

  @Test("Every mistake is named in one go, in the order of the file")
  func manyMistakes() {
    let yaml = """
      limits: { body: 1 }
      lisen: x
      log: { level: info, fromat: json }
      """
    #expect(problems(yaml).map { $0.prefix(11) } == ["t.yaml:1:17", "t.yaml:2:1:", "t.yaml:3:21"])
  }

  @Test(
    "A key that stands twice is refused, and so is what is not YAML", arguments: ["data: a\ndata: b", "a: [", "\tx: 1"])
  func notYAML(yaml: String) {
    #expect(problems(yaml).count == 1)
  }

  @Test("A file that cannot be read says so")
  func missingFile() {
    do throws(ConfigurationError) {
      _ = try ConfigurationFile.load(path: "/nonexistent.yaml", environment: [:])
      Issue.record("loaded")
    } catch {
      #expect(
        error.description
          == "/nonexistent.yaml: the file cannot be read; check that it exists and that you may read it")
    }
  }
}
