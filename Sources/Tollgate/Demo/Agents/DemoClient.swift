import NIOCore
import NIOHTTP1

/// How an agent of the demo calls: over real HTTP, through the proxy, with its names in the path.
struct DemoClient: Sendable {
  var proxy: ListenAddress
  /// `/agent/NAME/workflow/NAME/openai/v1`, or a shorter one.
  var basePath: String
  var headers: [(name: String, value: String)]
  var group: any EventLoopGroup

  private static let timeout = TimeSpan.seconds(60)
  private static let attemptsMax = 3
  private static let retryDelay = Duration.milliseconds(300)

  /// Posts JSON. A call that the provider was too busy for is tried again, as SDKs do.
  ///
  /// - Returns: the answer's body, or nil where the call failed for good.
  func post(_ path: String, _ body: JSONValue) async throws -> [UInt8]? {
    var call = HTTPCall(address: proxy, method: .POST, target: basePath + path)
    call.headers = [(name: "content-type", value: "application/json")] + headers
    call.body = body.bytes
    for attempt in 1...Self.attemptsMax {
      guard let answer = try? await call.perform(on: group, timeout: Self.timeout) else { return nil }
      if answer.status == 200 { return answer.body }
      guard answer.status == 429 || answer.status >= 500, attempt < Self.attemptsMax else { return nil }
      try await Task.sleep(for: Self.retryDelay)
    }
    return nil
  }
}

/// The data of server-sent events, as JSON.
enum EventData {
  /// Events whose data is not JSON, such as `[DONE]`, are left out.
  static func values(_ body: [UInt8]) -> [JSONValue] {
    String(decoding: body, as: UTF8.self).split(separator: "\n").compactMap { line in
      line.hasPrefix("data: ") ? JSONValue.parse(line.dropFirst(6).utf8) : nil
    }
  }
}
