public import Metering

/// Which end of a socket sent a message.
public enum SocketPeer: Sendable, Equatable {
  case client
  case server
}

/// What the messages of a socket say about the responses on it. Each billed response is a call of its own: it begins, may
/// progress, and ends once.
public enum SocketEvent: Sendable, Equatable {
  /// A response was asked for, or the provider began one by itself. It has no other event before this one.
  case began(response: Int, RequestFacts)
  /// More is known of a response.
  case progressed(response: Int, SocketProgress)
  /// A response ended, with all that is known of it; or its socket did. Nothing follows for it.
  case ended(response: Int, SocketReply)
}

/// What is known of a response while it flows.
public struct SocketProgress: Sendable, Equatable {
  public var usage: Usage
  /// UTF-8 bytes of content so far, as in ``ReplyFacts/outputTextBytes``.
  public var outputTextBytes: Int64
  public var model: String?
  public var responseID: String?
  /// Whether content (text, audio or a tool call) has been seen: the moment of the first token.
  public var hasContent: Bool
}

/// A response that ended.
public struct SocketReply: Sendable, Equatable {
  public var request: RequestFacts
  public var facts: ReplyFacts
  /// The status that the provider gave an error, where it gave one; else 200 for a response that was begun, and 0 for one
  /// that was asked for and never answered.
  public var status: Int
}
