import Dialects
import Foundation
import Testing

/// A recorded exchange with a provider, with what its index says about it.
struct Recording: Sendable, CustomTestStringConvertible {
  var name: String
  var endpoint: Endpoint
  var status: Int
  var framing: ReplyFraming
  var headers: ReplyHeaders
  var request: [UInt8]
  var reply: [UInt8]
  /// The line of the index, by the names of its columns.
  var index: [String: String]

  var testDescription: String { name }

  static let folders = [
    "openai-chatcompletions", "openai-completions", "openai-responses", "openai-embeddings", "openai-moderations",
    "anthropic-messages", "anthropic-counttokens", "anthropic-complete", "anthropic-messagebatches",
    "bedrock-chatcompletions", "bedrock-converse", "bedrock-counttokens", "bedrock-invokemodel", "bedrock-responses",
  ]

  /// Where the recordings are: other people's data, which is not part of the project.
  static let root: URL = {
    if let path = ProcessInfo.processInfo.environment["TOLLGATE_RECORDINGS"] { return URL(fileURLWithPath: path) }
    let package = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    return package.deletingLastPathComponent().appendingPathComponent("shared/recordings")
  }()

  static let isPresent: Bool = {
    let isPresent = FileManager.default.fileExists(atPath: root.appendingPathComponent("INDEX.tsv").path)
    if !isPresent { print("SKIPPED: no recordings at \(root.path); set TOLLGATE_RECORDINGS to their folder.") }
    return isPresent
  }()

  static let all = load(folders: folders)

  /// The recordings of some folders, or of all; none where they are not there.
  static func load(folders: [String]?, dialects: [String: Dialect] = [:]) -> [Recording] {
    guard isPresent else { return [] }
    do { return try read(folders: folders, dialects: dialects) } catch {
      print("The recordings cannot be read: \(error)")
      return []
    }
  }

  private static func read(folders: [String]?, dialects: [String: Dialect]) throws -> [Recording] {
    let text = try String(contentsOf: root.appendingPathComponent("INDEX.tsv"), encoding: .utf8)
    let lines = text.split(whereSeparator: \.isNewline).map {
      $0.split(separator: "\t", omittingEmptySubsequences: false).map(field)
    }
    guard let header = lines.first else { return [] }
    return try lines.dropFirst().compactMap { line in
      let index = Dictionary(zip(header, line)) { first, _ in first }
      guard let name = index["name"], folders?.contains(where: { name.hasPrefix($0 + "/") }) ?? true else { return nil }
      return try Recording(name: name, index: index, dialect: dialects[index["provider"] ?? ""])
    }
  }

  /// A field, without the quotes that some have.
  private static func field(_ text: Substring) -> String {
    guard text.hasPrefix("\""), text.hasSuffix("\""), text.count > 1 else { return String(text) }
    return text.dropFirst().dropLast().replacingOccurrences(of: "\"\"", with: "\"")
  }

  private init?(name: String, index: [String: String], dialect: Dialect?) throws {
    let data = try Data(contentsOf: Self.root.appendingPathComponent(name + ".json"))
    guard let file = try JSONSerialization.jsonObject(with: data) as? [String: Any],
      let request = file["request"] as? [String: Any], let response = file["response"] as? [String: Any],
      let method = request["method"] as? String, let url = request["url"] as? String,
      let endpoint = Endpoint.recognise(method: method.uppercased(), path: Self.path(of: url), dialect: dialect)
    else { return nil }
    self.name = name
    self.index = index
    self.endpoint = endpoint
    status = response["status"] as? Int ?? 0
    framing =
      switch response["framing"] as? String {
      case "sse": .serverSentEvents
      case "eventstream": .frames
      default: .json
      }
    headers = ReplyHeaders()
    for (name, value) in response["headers"] as? [String: String] ?? [:] { headers.read(name: name, value: value) }
    self.request = Self.body(request)
    reply = Self.body(response)
  }

  /// The path as it is written: recordings have placeholders in their hosts, and percent-encoding in their paths.
  private static func path(of url: String) -> String {
    let rest = url.split(separator: "://", maxSplits: 1).last ?? ""
    return String(rest.drop { $0 != "/" }.prefix { $0 != "?" && $0 != "#" })
  }

  private static func body(_ message: [String: Any]) -> [UInt8] {
    if let text = message["body"] as? String { return Array(text.utf8) }
    return (message["body_base64"] as? String).flatMap { Data(base64Encoded: $0) }.map(Array.init) ?? []
  }
}
