import Ledger
import Metering
import NIOCore
import Observability
import Testing
import Upstream

@testable import Escalation

@Suite("Standard Webhooks")
struct SigningTests {
  /// Made with the package `standardwebhooks` 1.1.0 of PyPI.
  private static let vectors = [
    ("whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYX", "v1,yO/SsM9FdJo/dgsQzfwEqFoSgx0GTgRKFtXqVvyp0jg="),
    (
      "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8gISIjJCUmJygpKissLS4vMDEyMzQ1Njc4OTo7PD0+Pw==",
      "v1,hCzi+5vm5ehI2HAbMvWI+CVcEIWsGb816JbpHk1HMBo="
    ),
    ("whsec_//////////////////////////////////////////8=", "v1,TghbAB/cvD6Q4WEgA3NjcC+SLTTr/Y47lgdn7E9fMLE="),
  ]

  @Test("A signature is what the public library makes", arguments: vectors)
  func signature(secret: String, expected: String) throws {
    let signature = try WebhookSecret(Secret(secret)).signature(
      id: "msg_0123456789abcdefghjkmnpqrs", unixSeconds: 1_795_410_367,
      body: Array(#"{"type":"alert.test","ü":1}"#.utf8))
    #expect(signature == expected)
  }

  @Test(
    "What is no secret is refused, without being shown",
    arguments: [
      "", "abc", "AAECAwQFBgcICQoLDA0ODxAREhMUFRYX", "whsec_", "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRY=",
      "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRY", "whsec_AAEC!wQFBgcICQoLDA0ODxAREhMUFRYX",
      "whsec_" + String(repeating: "A", count: 88),
    ])
  func malformed(_ text: String) {
    let error = #expect(throws: WebhookSecret.Malformed.self) { try WebhookSecret(Secret(text)) }
    #expect(error?.description.contains("whsec_") == true)
    if text.count > 20 { #expect(error?.description.contains(text) == false) }
  }

  @Test("Base64 is read as it was written, of any length")
  func base64() {
    for count in 0...70 {
      let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 37 &+ count) }
      #expect(Base64.decoded(Base64.encoded(bytes)) == bytes)
    }
    #expect(Base64.encoded(Array("any carnal pleas".utf8)) == "YW55IGNhcm5hbCBwbGVhcw==")
    for text in ["A", "AA", "AAA", "A===", "AA=A", "====", "AB==", "AA==AAAA", "A A="] {
      #expect(Base64.decoded(text) == nil, "\(text)")
    }
  }

  @Test("Each attempt has the message's id, its own time, and a signature for each secret")
  func request() throws {
    let secrets = try Self.vectors.prefix(2).map { try WebhookSecret(Secret($0.0)) }
    let endpoint = ReceiverEndpoint(
      origin: UpstreamOrigin(scheme: .https, host: "ops.example", port: 443, basePath: ""), target: Secret("/hook?k=1"))
    let receiver = Receiver(name: "ops", kind: .webhook(secrets: secrets), endpoint: endpoint)
    var message = OutboxMessage.sample(1)
    message.body = #"{"a":1}"#
    let requests = [Timestamp.start, .at(5)].map {
      MessageRequest.request(message, to: receiver, version: "1.0", now: $0)
    }
    func header(_ request: UpstreamRequest, _ name: String) -> String? {
      request.headers.first { $0.name == name }?.value
    }
    #expect(requests.map { header($0, "webhook-id") } == ["msg_1", "msg_1"])
    #expect(requests.map { header($0, "webhook-timestamp") } == ["1795410367", "1795410372"])
    let signatures = requests.compactMap { header($0, "webhook-signature")?.split(separator: " ") }
    #expect(signatures.map(\.count) == [2, 2] && Set(signatures.flatMap { $0 }).count == 4)
    #expect(requests.first?.target == "/hook?k=1" && requests.first?.addresses == .publicOnly)
    #expect("\(receiver)".contains("/hook") == false && "\(receiver)".contains("k=1") == false)
    #expect("\(receiver)".contains("whsec") == false)
  }
}
