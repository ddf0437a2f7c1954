import Gateway
import Metering
import NIOCore
import Observability
import Testing
import Upstream

@Suite("A signature of AWS")
struct AWSSignerTests {
  private static let credentials = AWSCredentials(
    accessKeyID: "AKIDEXAMPLE", secretAccessKey: Secret("wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"))
  private static let json = [(name: "Content-Type", value: "application/json")]

  /// A request with the signature that botocore 1.44.5 makes of it (`botocore.auth.SigV4Auth`).
  struct Vector: Sendable, CustomTestStringConvertible {
    var name: String
    var url: String
    var method = "POST"
    var headers: [(name: String, value: String)] = []
    var body = ""
    var region = "us-east-1"
    var service = "bedrock"
    var token: String?
    var at = "2026-11-23T06:20:18Z"
    var signedHeaders = "content-type;host;x-amz-date"
    var signature: String

    var testDescription: String { name }
  }

  static let vectors = [
    Vector(
      name: "AWS's own example `get-vanilla`", url: "https://example.amazonaws.com/", method: "GET", service: "service",
      at: "2015-08-30T12:36:00Z", signedHeaders: "host;x-amz-date",
      signature: "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"),
    Vector(
      name: "AWS's own example of a query", url: "https://iam.amazonaws.com/?Action=ListUsers&Version=2010-05-08",
      method: "GET",
      headers: [("Content-Type", "application/x-www-form-urlencoded; charset=utf-8")], service: "iam",
      at: "2015-08-30T12:36:00Z", signature: "5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7"),
    Vector(
      name: "a model's id with an encoded colon",
      url:
        "https://bedrock-runtime.us-east-1.amazonaws.com/model/us.anthropic.claude-haiku-4-5-20251001-v1%3A0/converse",
      headers: json, body: #"{"messages":[{"role":"user","content":[{"text":"hi"}]}]}"#,
      signature: "bc4950a572df07000a127eed13b50b5765ac9ac22b674105d3c3a2c7dff7ae2b"),
    Vector(
      name: "an ARN with encoded slashes",
      url: "https://bedrock-runtime.us-east-1.amazonaws.com/model/arn%3Aaws%3Abedrock%3Aus-east-1%3A123456789012"
        + "%3Aapplication-inference-profile%2Fabc123/converse-stream",
      headers: json, body: "{}", signature: "c5213b45cd3996f689b9a7a4939e58c3bb30a63889c59ae676d2856627812249"),
    Vector(
      name: "a colon as it is, without body and type",
      url: "https://bedrock-runtime.us-east-1.amazonaws.com/model/amazon.nova-micro-v1:0/invoke",
      signedHeaders: "host;x-amz-date", signature: "29e1939050d53b35be6c4fa134d89d370e1f8277182a83d70c62245f3e1ed517"),
    Vector(
      name: "a query to be sorted, slashes and dots",
      url: "https://bedrock-runtime.us-east-1.amazonaws.com//async-invoke/./x/../?statusEquals=Completed&maxResults=10"
        + "&b=&a=%20",
      method: "GET", signedHeaders: "host;x-amz-date",
      signature: "a74639e42e5aa54fcf704d47a60ac231bf54f0c6a73ff629de7bdcf7d8d5193d"),
    Vector(
      name: "a port, a prefix, a field of Bedrock's with blanks", url: "http://127.0.0.1:8123/prefix/model/m/invoke",
      headers: [("X-Amzn-Bedrock-Trace", "  ENABLED   full ")] + json, body: String(repeating: "x", count: 1000),
      signedHeaders: "content-type;host;x-amz-date;x-amzn-bedrock-trace",
      signature: "ac0005c1078af2afd2c4315dce834ff074548e62127abeb44fe786791f9e1a22"),
    Vector(
      name: "temporary credentials in another region",
      url: "https://bedrock-runtime.eu-west-1.amazonaws.com/model/m/converse", headers: json, body: "{}",
      region: "eu-west-1", token: "AQoDYXdzEPT//////////wEXAMPLEtoken==",
      signedHeaders: "content-type;host;x-amz-date;x-amz-security-token",
      signature: "d640bd60a4f559db1e6a6b82a05c3cc4c593b9921700525502c041ee35f98d0a"),
  ]

  @Test("is the one that AWS's own code makes", arguments: vectors)
  func agrees(vector: Vector) throws {
    let fields = try sign(vector, with: vector.headers)
    let scope = "\(vector.at.prefix(10).filter { $0 != "-" })/\(vector.region)/\(vector.service)/aws4_request"
    #expect(
      fields.last?.value
        == "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/\(scope), SignedHeaders=\(vector.signedHeaders), "
        + "Signature=\(vector.signature)")
    #expect(fields.first { $0.name == "x-amz-security-token" }?.value == vector.token)
  }

  @Test("takes the place of the client's own, whatever that signed", arguments: vectors)
  func replaces(vector: Vector) throws {
    let theirs: [(name: String, value: String)] = [
      ("Authorization", "AWS4-HMAC-SHA256 Credential=AKIDOTHER/x, SignedHeaders=host, Signature=00"),
      ("X-Amz-Date", "20200101T000000Z"), ("x-amz-security-token", "other"), ("X-Amz-Content-SHA256", "00"),
      ("User-Agent", "Boto3/1.44"), ("amz-sdk-invocation-id", "1"), ("X-Amzn-Trace-Id", "Root=1"),
    ]
    let plain = try sign(vector, with: vector.headers)
    let fields = try sign(vector, with: theirs + vector.headers)
    #expect(fields.last?.value == plain.last?.value)
    let names = fields.map { $0.name.lowercased() }
    #expect(names.filter { $0 == "authorization" || $0 == "x-amz-date" }.count == 2)
    #expect(!names.contains("x-amz-content-sha256"))
    #expect(Set(["user-agent", "amz-sdk-invocation-id", "x-amzn-trace-id"]).isSubset(of: names))
  }

  @Test("covers every byte of the body and of the path")
  func coverage() throws {
    let vector = Self.vectors[2]
    var other = vector
    other.body = vector.body.replacing("hi", with: "ho")
    #expect(try sign(other, with: vector.headers).last?.value != sign(vector, with: vector.headers).last?.value)
    other = vector
    other.url = vector.url.replacing("%3A", with: "%3a")
    #expect(try sign(other, with: vector.headers).last?.value != sign(vector, with: vector.headers).last?.value)
  }

  @Test("never shows its secrets")
  func secrets() {
    let signer = AWSSigner(
      credentials: AWSCredentials(
        accessKeyID: "AKIDEXAMPLE", secretAccessKey: Secret("hidden-1"), sessionToken: Secret("hidden-2")),
      region: "us-east-1")
    var dumped = ""
    dump(signer, to: &dumped)
    for text in ["\(signer)", String(reflecting: signer), dumped] { #expect(!text.contains("hidden")) }
  }

  private func sign(_ vector: Vector, with headers: [(name: String, value: String)]) throws -> [(
    name: String, value: String
  )] {
    var credentials = Self.credentials
    credentials.sessionToken = vector.token.map { Secret($0) }
    let parts = vector.url.split(separator: "/", maxSplits: 3, omittingEmptySubsequences: false)
    var origin = try UpstreamOrigin.parse(parts[0...2].joined(separator: "/"))
    var target = "/" + parts[3]
    if target.hasPrefix("/prefix/") {
      origin.basePath = "/prefix"
      target = String(target.dropFirst("/prefix".count))
    }
    return AWSSigner(credentials: credentials, region: vector.region, service: vector.service).headers(
      signing: headers, method: vector.method, origin: origin, target: target,
      body: vector.body.isEmpty ? nil : ByteBuffer(string: vector.body), at: try #require(Timestamp(vector.at)))
  }
}
