import Dialects
import Foundation
import Testing

/// A recorded session on a socket, with what its index says about it.
struct SocketRecording: Sendable, CustomTestStringConvertible {
  var name: String
  var endpoint: Endpoint
  var messages: [SocketMessage]
  var index: [String: String]

  var testDescription: String { name }

  static let all: [SocketRecording] = {
    guard Recording.isPresent else { return [] }
    do {
      return try index().compactMap(SocketRecording.init)
    } catch {
      print("The recorded sessions cannot be read: \(error)")
      return []
    }
  }()

  /// The lines of the index, by the names of its columns.
  private static func index() throws -> [[String: String]] {
    let text = try String(contentsOf: Recording.root.appendingPathComponent("INDEX.tsv"), encoding: .utf8)
    let lines = text.split(whereSeparator: \.isNewline).map {
      $0.split(separator: "\t", omittingEmptySubsequences: false).map(field)
    }
    guard let header = lines.first else { return [] }
    return lines.dropFirst().map { line in Dictionary(zip(header, line)) { first, _ in first } }
  }

  /// A field, without the quotes that some have.
  private static func field(_ text: Substring) -> String {
    guard text.hasPrefix("\""), text.hasSuffix("\""), text.count > 1 else { return String(text) }
    return text.dropFirst().dropLast().replacingOccurrences(of: "\"\"", with: "\"")
  }

  private init?(_ index: [String: String]) throws {
    guard index["stream"] == "ws", let name = index["name"] else { return nil }
    let data = try Data(contentsOf: Recording.root.appendingPathComponent(name + ".json"))
    guard let file = try JSONSerialization.jsonObject(with: data) as? [String: Any],
      let request = file["request"] as? [String: Any],
      let url = (request["url"] as? String).flatMap(URLComponents.init(string:)),
      let frames = file["frames"] as? [[String: Any]],
      let endpoint = Endpoint.recogniseSocket(path: url.path)
    else { return nil }
    self.name = name
    self.endpoint = endpoint
    self.index = index
    messages = frames.compactMap { frame in
      guard let text = frame["data"] as? String else { return nil }
      return SocketMessage(peer: frame["from"] as? String == "client" ? .client : .server, text: text)
    }
  }

  /// The usage objects of the session's responses, as the index has them; else of its messages.
  var usageObjects: [[String: Any]] {
    let all = Self.object(index["usage_merged_or_all"])?["all_usage_messages"] as? [[String: Any]]
    if let all { return all }
    if let last = Self.object(index["usage_last_raw"]) { return [last] }
    return messages.compactMap { message in
      guard message.peer == .server, let object = Self.object(message.text),
        object["type"] as? String == "response.done"
      else { return nil }
      return object["usage"] as? [String: Any]
    }
  }

  var transcriptionUsageObjects: [[String: Any]] {
    Self.object(index["usage_merged_or_all"])?["transcription_usage"] as? [[String: Any]] ?? []
  }

  private static func object(_ text: String?) -> [String: Any]? {
    guard let text, !text.isEmpty else { return nil }
    return try? JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any]
  }
}
