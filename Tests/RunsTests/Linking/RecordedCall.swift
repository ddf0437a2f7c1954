import Dialects
import Foundation
import Metering

@testable import Runs

/// A recorded call, as far as it says which conversation it belongs to.
struct RecordedCall: Sendable {
  var name: String
  var provider: String
  /// Of the same cassette, which may hold several conversations.
  var cassette: String
  var place: Int
  var request: ConversationFacts?
  var reply: LinkReply
  var endpoint: Endpoint
  var body: [UInt8]
  var replyFacts: ReplyFacts
  /// The messages, items or contents of the request as canonical JSON.
  var messages: [String]

  static let root: URL = {
    if let path = ProcessInfo.processInfo.environment["TOLLGATE_RECORDINGS"] { return URL(fileURLWithPath: path) }
    let package = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent()
    return package.deletingLastPathComponent().appendingPathComponent("shared/recordings")
  }()

  /// All of them, or none where they are not there.
  static let all: [RecordedCall] = {
    guard let files = FileManager.default.enumerator(at: root, includingPropertiesForKeys: nil) else {
      print("SKIPPED: no recordings at \(root.path); set TOLLGATE_RECORDINGS to their folder.")
      return []
    }
    let calls = files.compactMap { ($0 as? URL).flatMap { $0.pathExtension == "json" ? RecordedCall($0) : nil } }
    if calls.isEmpty { print("SKIPPED: no recordings at \(root.path); set TOLLGATE_RECORDINGS to their folder.") }
    return calls.sorted { ($0.cassette, $0.place) < ($1.cassette, $1.place) }
  }()

  private init?(_ url: URL) {
    guard let data = try? Data(contentsOf: url),
      let file = try? JSONSerialization.jsonObject(with: data) as? [String: Any],
      let request = file["request"] as? [String: Any], let response = file["response"] as? [String: Any],
      let cassette = file["conversation"] as? String, let place = file["seq"] as? Int,
      let provider = file["provider"] as? String, let method = request["method"] as? String,
      let target = request["url"] as? String,
      let endpoint = Endpoint.recognise(method: method.uppercased(), path: Self.path(of: target), dialect: nil)
    else { return nil }
    name = url.lastPathComponent
    self.provider = provider
    self.cassette = cassette
    self.place = place
    self.endpoint = endpoint
    let body = Self.body(request)
    self.body = body
    var reader = RequestReader(endpoint: endpoint, linking: fingerprints)
    reader.consume(body.span.bytes)
    self.request = reader.finish().conversation
    let facts = Self.reply(response, endpoint)
    replyFacts = facts
    reply = Self.link(facts)
    messages = Self.messages(body)
  }

  private static func reply(_ response: [String: Any], _ endpoint: Endpoint) -> ReplyFacts {
    let framing: ReplyFraming =
      switch response["framing"] as? String {
      case "sse": .serverSentEvents
      case "eventstream": .frames
      default: .json
      }
    let status = response["status"] as? Int ?? 0
    var reader = ReplyReader(endpoint: endpoint, status: status, framing: framing)
    let body = body(response)
    reader.consume(body.span.bytes)
    return reader.finish()
  }

  private static func link(_ facts: ReplyFacts) -> LinkReply {
    LinkReply(
      toolCalls: facts.toolCalls.map { $0.id.isEmpty ? nil : fingerprints.fingerprint(of: $0.id) },
      response: facts.responseID.map(fingerprints.fingerprint(of:)),
      opening: facts.opening.fingerprint(by: fingerprints, isWhole: facts.isTerminal),
      hasFailed: facts.errorCode != nil)
  }

  private static func messages(_ body: [UInt8]) -> [String] {
    guard let json = try? JSONSerialization.jsonObject(with: Data(body)) as? [String: Any],
      let list = (json["messages"] ?? json["input"] ?? json["contents"]) as? [Any]
    else { return [] }
    return list.compactMap {
      guard JSONSerialization.isValidJSONObject($0) else { return nil }
      return (try? JSONSerialization.data(withJSONObject: $0, options: .sortedKeys)).map {
        String(decoding: $0, as: UTF8.self)
      }
    }
  }

  private static func path(of url: String) -> String {
    let rest = url.split(separator: "://", maxSplits: 1).last ?? ""
    return String(rest.drop { $0 != "/" }.prefix { $0 != "?" && $0 != "#" })
  }

  private static func body(_ message: [String: Any]) -> [UInt8] {
    if let text = message["body"] as? String { return Array(text.utf8) }
    return (message["body_base64"] as? String).flatMap { Data(base64Encoded: $0) }.map(Array.init) ?? []
  }
}
