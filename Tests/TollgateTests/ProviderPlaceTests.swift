import Dialects
import Gateway
import Observability
import Testing
import Upstream

@testable import Tollgate

@Suite("Providers that are placed by a resource or a region")
struct ProviderPlaceTests {
  private func configuration(_ yaml: String) throws -> Configuration {
    let environment = ["AWS_ACCESS_KEY_ID": "AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY": "hid/den+1", "TOKEN": "hidden=="]
    return try ConfigurationFile.parse(yaml, origin: "t.yaml", environment: environment)
  }

  private func problems(_ yaml: String) throws -> [String] {
    do {
      _ = try configuration(yaml).checked(origin: "t.yaml")
      return []
    } catch let error as ConfigurationError {
      return error.problems.map(\.description)
    }
  }

  @Test("work once it is named")
  func work() throws {
    let yaml = "providers: { azure: {resource: ours}, vertex: {region: global}, bedrock: {region: eu-west-1} }"
    #expect(try problems(yaml) == [])
    let routes = try configuration(yaml).providerRoutes.prefix(3)
    #expect(routes.map(\.name) == ["azure", "bedrock", "vertex"])
    #expect(
      routes.map(\.origin.host) == [
        "ours.openai.azure.com", "bedrock-runtime.eu-west-1.amazonaws.com", "aiplatform.googleapis.com",
      ])
    #expect(routes.map(\.dialect) == [nil, .bedrock, .gemini])
    #expect(routes.allSatisfy { $0.signer == nil })
  }

  @Test("name what is missing, and what has no meaning")
  func missing() throws {
    #expect(
      try problems("providers: { azure: {}, bedrock: {}, vertex: {} }") == [
        "t.yaml: providers.azure.resource: is missing, which names its host; write resource: NAME, of "
          + "https://NAME.openai.azure.com",
        "t.yaml: providers.bedrock.region: is missing, which names its host; write region: us-east-1",
        "t.yaml: providers.vertex.region: is missing, which names its host; write region: us-central1, or global",
      ])
    #expect(
      try problems("providers: { openai: {region: us}, groq: {resource: x} }") == [
        "t.yaml: providers.groq.resource: only azure is found by a resource; give base_url instead",
        "t.yaml: providers.openai.region: nothing here depends on a region; remove it",
      ])
    #expect(try problems("providers: { azure: {resource: x, base_url: \"https://y\"} }").count == 1)
    #expect(throws: ConfigurationError.self) { try configuration("providers: { bedrock: {region: a.b} }") }
  }

  private static let keys =
    "access_key_id: \"${AWS_ACCESS_KEY_ID}\", secret_access_key: \"${AWS_SECRET_ACCESS_KEY}\""

  @Test("are signed for with credentials that are never written out")
  func signing() throws {
    let yaml = "providers: { bedrock: {region: eu-west-1, aws: {\(Self.keys), session_token: \"${TOKEN}\"}} }"
    let configuration = try configuration(yaml)
    let signer = try #require(try configuration.checked(origin: "t").providerRoutes.first?.signer)
    #expect(signer.region == "eu-west-1" && signer.service == "bedrock")
    #expect(signer.credentials.secretAccessKey.exposed == "hid/den+1")
    #expect(signer.credentials.sessionToken?.exposed == "hidden==")
    for text in [configuration.canonicalText, "\(configuration)", String(reflecting: signer)] {
      #expect(!text.contains("hid"))
    }
    #expect(configuration.canonicalText.contains("AKIDEXAMPLE"))
  }

  @Test("take the region of a signature from the host where it names one")
  func regions() throws {
    let url = "base_url: \"https://bedrock-mantle.us-west-2.api.aws\""
    let signer = try configuration("providers: { bedrock: {\(url), aws: {\(Self.keys)}} }").providerRoutes.first?.signer
    #expect(signer?.region == "us-west-2" && signer?.service == "bedrock-mantle")
    #expect(
      try problems("providers: { mine: {base_url: \"http://127.0.0.1:1\", aws: {\(Self.keys)}} }") == [
        "t.yaml: providers.mine.region: is missing, which the signature names; write region: us-east-1"
      ])
    #expect(
      try problems("providers: { mine: {base_url: \"http://127.0.0.1:1\", region: us-east-1, aws: {\(Self.keys)}} }")
        == [])
  }

  @Test(
    "say which credential is missing or cannot be one",
    arguments: [
      "aws: {}", "aws: {access_key_id: A}", "aws: {secret_access_key: s}",
      "aws: {access_key_id: \"A B\", secret_access_key: s}", "aws: {access_key_id: A, secret_access_key: \"s s\"}",
      "aws: {access_key_id: A, secret_access_key: s, key: x}",
    ])
  func badCredentials(aws: String) {
    #expect(throws: ConfigurationError.self) {
      try configuration("providers: { bedrock: {region: us-east-1, \(aws)} }")
    }
  }
}
