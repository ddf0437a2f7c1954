import FoundationEssentials
import NIOCore
import NIOHTTP1
import Observability

/// Asks a running proxy's control plane.
struct ControlPlane: Sendable {
  var url: ControlPlaneURL
  var group: any EventLoopGroup
  /// Where `control.token` is, which changing anything needs, and reading beyond loopback.
  var dataDirectory: String

  private static let timeout = TimeSpan.seconds(60)

  /// The body of what a path answers.
  ///
  /// - Throws: ``HTTPCallError/notReached`` where no proxy runs there; ``CommandFailure`` for any other status than 200.
  func get(_ target: String) async throws -> [UInt8] {
    var call = HTTPCall(address: url.address, usesTLS: url.usesTLS, target: target)
    if let token { call.headers.append(Self.authorization(token)) }
    return try await perform(call)
  }

  /// Sends JSON, with the token.
  ///
  /// - Throws: as ``get(_:)``, for any other status than 200 and 201.
  func post(_ target: String, _ body: [UInt8]) async throws -> [UInt8] { try await send(.POST, target, body) }

  /// The same by another method.
  func send(_ method: HTTPMethod, _ target: String, _ body: [UInt8]) async throws -> [UInt8] {
    var call = HTTPCall(address: url.address, usesTLS: url.usesTLS, method: method, target: target)
    call.headers = [Self.authorization(try neededToken), (name: "content-type", value: "application/json")]
    call.body = body
    return try await perform(call)
  }

  /// Deletes what a path names, with the token.
  ///
  /// - Throws: as ``post(_:_:)``.
  func delete(_ target: String) async throws -> [UInt8] {
    var call = HTTPCall(address: url.address, usesTLS: url.usesTLS, method: .DELETE, target: target)
    call.headers = [Self.authorization(try neededToken)]
    return try await perform(call)
  }

  private var neededToken: Secret {
    get throws {
      guard let token else {
        throw CommandFailure(
          "\(dataDirectory)/control.token cannot be read, and changing something at \(url) takes that token; give the "
            + "proxy's data directory by --data, or a token by the environment variable \(Self.tokenVariable)")
      }
      return token
    }
  }

  /// A token that goes before the data directory's, for those who have none.
  private static let tokenVariable = "TOLLGATE_CONTROL_TOKEN"

  private func perform(_ call: HTTPCall) async throws -> [UInt8] {
    let answer = try await call.perform(on: group, timeout: Self.timeout)
    guard answer.status == 200 || answer.status == 201 else { throw refusal(answer) }
    return answer.body
  }

  private var token: Secret? {
    if let token = ProcessInfo.processInfo.environment[Self.tokenVariable], !token.isEmpty { return Secret(token) }
    let data = FileManager.default.contents(atPath: "\(dataDirectory)/control.token")
    let text = data.flatMap { String(validating: $0, as: UTF8.self) }
    return text?.split(whereSeparator: \.isWhitespace).first.map { Secret(String($0)) }
  }

  private static func authorization(_ token: Secret) -> (name: String, value: String) {
    (name: "authorization", value: "Bearer \(token.exposed)")
  }

  private func refusal(_ answer: HTTPAnswer) -> CommandFailure {
    let problem = JSONValue.parse(answer.body)
    let detail = problem?["detail"].stringValue ?? problem?["title"].stringValue ?? ""
    let remedy = answer.status == 401 || answer.status == 403 ? "; give the proxy's data directory by --data" : ""
    return CommandFailure("\(url) answered with status \(answer.status)\(detail.isEmpty ? "" : ": \(detail)")\(remedy)")
  }
}

/// Text in a URL's query.
enum QueryText {
  /// Percent-encoded but for what RFC 3986 leaves unreserved.
  static func encoded(_ text: String) -> String {
    var encoded = ""
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
        UInt8(ascii: "~"):
        encoded.unicodeScalars.append(Unicode.Scalar(byte))
      default:
        let digits = String(byte, radix: 16, uppercase: true)
        encoded += "%\(digits.count < 2 ? "0" : "")\(digits)"
      }
    }
    return encoded
  }
}
