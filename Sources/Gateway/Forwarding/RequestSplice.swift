import Dialects
import NIOCore

/// The one change that Tollgate makes to a request, where the operator asked for it (`stream_usage: ask`): a stream of chat
/// completions or completions is asked to end with its usage. A minimal splice at a known offset; nothing is re-serialised.
enum RequestSplice {
  /// The body with `stream_options.include_usage` set, or nil where the request needs no such change.
  static func askingForUsage(_ body: ByteBuffer, facts: RequestFacts, endpoint: Endpoint?) -> ByteBuffer? {
    guard let endpoint, endpoint.operation == .chatCompletions || endpoint.operation == .completions else { return nil }
    guard facts.isComplete, !facts.isAmbiguous, facts.wantsStream, !facts.wantsStreamUsage,
      let location = facts.streamOptions
    else { return nil }
    switch location {
    case .insertMember(let brace):
      return splice(body, at: (brace + 1)..<(brace + 1), member: #""stream_options":{"include_usage":true}"#)
    case .insertInclude(let brace):
      return splice(body, at: (brace + 1)..<(brace + 1), member: #""include_usage":true"#)
    case .replaceValue(let range, let isWholeObject):
      // Anything else is a mistake of the client's, which the provider is to tell it.
      let replaceable: [String] = isWholeObject ? ["null", "{"] : ["null", "false"]
      let present = body.readableBytesView.dropFirst(range.lowerBound)
      guard replaceable.contains(where: { present.starts(with: $0.utf8) }) else { return nil }
      return replace(body, range, with: isWholeObject ? #"{"include_usage":true}"# : "true")
    }
  }

  /// Inserts a member after an opening brace, with a comma where other members follow.
  private static func splice(_ body: ByteBuffer, at range: Range<Int>, member: String) -> ByteBuffer? {
    guard range.lowerBound <= body.readableBytes else { return nil }
    let following = body.readableBytesView.dropFirst(range.lowerBound).first { !" \t\r\n".utf8.contains($0) }
    return replace(body, range, with: following == UInt8(ascii: "}") ? member : member + ",")
  }

  private static func replace(_ body: ByteBuffer, _ range: Range<Int>, with text: String) -> ByteBuffer? {
    guard range.upperBound <= body.readableBytes,
      let before = body.getSlice(at: body.readerIndex, length: range.lowerBound),
      let after = body.getSlice(
        at: body.readerIndex + range.upperBound, length: body.readableBytes - range.upperBound)
    else { return nil }
    var spliced = before
    spliced.writeString(text)
    spliced.writeImmutableBuffer(after)
    return spliced
  }
}
