import Dialects
import NIOCore

/// A minimal change of a request's body, where the operator asked for just that: a range of its bytes is replaced by a text.
/// Nothing is parsed and written anew.
struct RequestSplice: Equatable {
  /// Byte offsets in the body; empty where the text is inserted.
  var range: Range<Int>
  var text: String

  /// Sets `stream_options.include_usage` (`stream_usage: ask`), so that a stream of chat completions or completions ends with its
  /// usage; nil where the request needs no such change.
  static func askingForUsage(of body: ByteBuffer, facts: RequestFacts, endpoint: Endpoint?) -> RequestSplice? {
    guard let endpoint, endpoint.operation == .chatCompletions || endpoint.operation == .completions else { return nil }
    guard facts.isComplete, !facts.isAmbiguous, facts.wantsStream, !facts.wantsStreamUsage,
      let location = facts.streamOptions
    else { return nil }
    switch location {
    case .insertMember(let brace):
      return inserting(#""stream_options":{"include_usage":true}"#, behind: brace, in: body)
    case .insertInclude(let brace): return inserting(#""include_usage":true"#, behind: brace, in: body)
    case .replaceValue(let range, let isWholeObject):
      // Anything else is a mistake of the client's, which the provider is to tell it.
      let replaceable: [String] = isWholeObject ? ["null", "{"] : ["null", "false"]
      let present = body.readableBytesView.dropFirst(range.lowerBound)
      guard replaceable.contains(where: { present.starts(with: $0.utf8) }) else { return nil }
      return RequestSplice(range: range, text: isWholeObject ? #"{"include_usage":true}"# : "true")
    }
  }

  /// Sets the most tokens of the reply (`clamp: on`); nil where the request has no place for such a limit.
  static func limitingOutput(to tokensMax: Int64, facts: RequestFacts) -> RequestSplice? {
    guard facts.isComplete, !facts.isAmbiguous, let location = facts.outputLimitLocation else { return nil }
    return RequestSplice(range: location.range, text: location.text(tokensMax: tokensMax))
  }

  /// The body with the changes made; nil where one of them does not fit into it.
  static func apply(_ splices: [RequestSplice], to body: ByteBuffer) -> ByteBuffer? {
    var spliced = body
    // From the end on, so that the offsets of those before stay true.
    for splice in splices.sorted(by: { $0.range.lowerBound > $1.range.lowerBound }) {
      guard let next = splice.applied(to: spliced) else { return nil }
      spliced = next
    }
    return spliced
  }

  /// Inserts a member after an opening brace, with a comma where other members follow.
  private static func inserting(_ member: String, behind brace: Int, in body: ByteBuffer) -> RequestSplice? {
    guard brace < body.readableBytes else { return nil }
    let following = body.readableBytesView.dropFirst(brace + 1).first { !" \t\r\n".utf8.contains($0) }
    return RequestSplice(
      range: (brace + 1)..<(brace + 1), text: following == UInt8(ascii: "}") ? member : member + ",")
  }

  private func applied(to body: ByteBuffer) -> ByteBuffer? {
    guard range.lowerBound >= 0, range.upperBound <= body.readableBytes,
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
