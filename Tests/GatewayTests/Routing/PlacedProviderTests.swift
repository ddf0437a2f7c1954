import Gateway
import Testing
import Upstream

@Suite("Providers whose host has a name of the operator's")
struct PlacedProviderTests {
  @Test(
    "are found by it",
    arguments: [
      (.azure, "my-resource", "my-resource.openai.azure.com"),
      (.bedrock, "eu-west-1", "bedrock-runtime.eu-west-1.amazonaws.com"),
      (.bedrock, "cn-north-1", "bedrock-runtime.cn-north-1.amazonaws.com.cn"),
      (.vertex, "us-central1", "us-central1-aiplatform.googleapis.com"),
      (.vertex, "global", "aiplatform.googleapis.com"), (.vertex, "eu", "aiplatform.eu.rep.googleapis.com"),
    ] as [(PlacedProvider, String, String)])
  func areFound(provider: PlacedProvider, place: String, host: String) {
    #expect(
      provider.origin(at: place) == UpstreamOrigin(scheme: .https, host: host, port: 443, basePath: ""))
  }

  @Test("are not, where it is no part of a host's name", arguments: ["", "a.b", "a/b", "-a", "a-", "a b", "é", "a@b"])
  func areNot(place: String) {
    for provider in PlacedProvider.allCases { #expect(provider.origin(at: place) == nil) }
  }

  @Test(
    "tell the region that a host of AWS is in",
    arguments: [
      ("https://bedrock-runtime.us-east-1.amazonaws.com", "us-east-1", "bedrock"),
      ("https://bedrock-runtime.cn-north-1.amazonaws.com.cn", "cn-north-1", "bedrock"),
      ("https://bedrock-mantle.eu-west-1.api.aws", "eu-west-1", "bedrock-mantle"),
      ("https://proxy.example.com", nil, "bedrock"), ("http://127.0.0.1:80", nil, "bedrock"),
    ] as [(String, String?, String)])
  func regions(url: String, region: String?, service: String) throws {
    let origin = try UpstreamOrigin.parse(url)
    #expect(AWSRegion.region(of: origin) == region)
    #expect(AWSRegion.service(of: origin) == service)
  }
}
