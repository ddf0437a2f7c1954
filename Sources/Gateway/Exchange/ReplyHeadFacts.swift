import Dialects
import Upstream

/// What the head of a reply tells, kept for the record of the call.
struct ReplyHeadFacts {
  var status = 0
  var framing = ReplyFraming.opaque
  var coding = ContentCoding.identity
  /// What providers say in fields of their own.
  var headers = ReplyHeaders()

  init() {}

  init(_ head: UpstreamHead) {
    status = head.status
    var contentType: Substring = ""
    for (name, value) in head.headers {
      let name = name.lowercased()
      switch name {
      case "content-type": contentType = value.prefix { $0 != ";" && $0 != " " }
      case "content-encoding": coding = coding == .identity ? ContentCoding(value) : .other
      default: headers.read(name: name, value: value)
      }
    }
    framing = coding == .other ? .opaque : Self.framing(contentType.lowercased())
  }

  private static func framing(_ mediaType: String) -> ReplyFraming {
    // Error replies come as octet-stream, and some servers label nothing: the first byte decides then.
    switch mediaType {
    case "text/event-stream": .serverSentEvents
    case "application/vnd.amazon.eventstream": .frames
    case "application/x-ndjson", "application/ndjson", "application/x-jsonl", "application/jsonl",
      "application/jsonlines", "application/stream+json":
      .lines
    default: .json
    }
  }
}
