internal import JSON
internal import Tokenizers

/// The source of an image or a document in Anthropic's shape: text, base64, or where it is.
struct DocumentSource {
  enum Kind: Int {
    case text, base64
  }

  /// What its type says, as far as it has come.
  var kind: Kind?
  private var bytes = 0
  /// Whether the data came before its type, so that it was not looked at.
  private var isUnread = false

  var isText: Bool { kind == .text }
  var isBase64: Bool { kind == .base64 }

  /// Takes the data, which is text where its type says so.
  mutating func take(_ json: borrowing JSONReader) {
    bytes = json.size
    isUnread = kind == nil
  }

  /// Ends the source: text becomes prompt, and what was not looked at is a file of unknown content.
  func settle(_ facts: inout RequestFacts) {
    if isText {
      facts.promptTextBytes &+= Int64(bytes)
    } else if isUnread {
      let written = Int64(bytes)
      facts.readMedia?.add(.unknown(bytes: written &* 3 / 4), writtenBytes: written)
    }
  }
}
