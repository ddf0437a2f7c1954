import Dialects
import Upstream

/// What the head of a reply tells, kept for the record of the call.
struct ReplyHeadFacts {
  var status = 0
  var framing = ReplyFraming.opaque
  var coding = ContentCoding.identity
  /// `x-request-id` (OpenAI) or `request-id` (Anthropic).
  var requestID: String?
  /// The organisation, project or workspace that the key belongs to.
  var project: String?

  /// Longer values are no ids; they are left out.
  private static let idBytesMax = 256

  init() {}

  init(_ head: UpstreamHead) {
    status = head.status
    var contentType: Substring = ""
    for (name, value) in head.headers {
      switch name.lowercased() {
      case "content-type": contentType = value.prefix { $0 != ";" }
      case "content-encoding": coding = coding == .identity ? ContentCoding(value) : .other
      case "x-request-id", "request-id": requestID = requestID ?? Self.id(value)
      case "openai-project", "anthropic-workspace-id": project = Self.id(value) ?? project
      case "openai-organization", "anthropic-organization-id": project = project ?? Self.id(value)
      default: break
      }
    }
    framing = coding == .other ? .opaque : Self.framing(contentType.lowercased())
  }

  private static func framing(_ mediaType: String) -> ReplyFraming {
    // Error replies come as octet-stream, and some servers label nothing: the first byte decides then.
    mediaType.hasPrefix("text/event-stream") ? .serverSentEvents : .json
  }

  private static func id(_ value: String) -> String? {
    value.isEmpty || value.utf8.count > idBytesMax ? nil : value
  }
}
