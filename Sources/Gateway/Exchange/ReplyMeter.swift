import Dialects
import Ledger
import Metering
import Tokenizers

/// Reads a view of a reply as it passes: undoes its coding, reads what it says, counts the replies of a body that holds several.
struct ReplyMeter: ~Copyable {
  /// How much text may pass before the in-flight file learns of it: what a crash can forget of a stream.
  private static let storedTextBytesStep: Int64 = 512

  private let provider: String
  private var reader: UniqueBox<ReplyReader>?
  private var decoder: BodyDecoder?
  /// The replies of a body that holds several.
  private(set) var items = ReplyItems()
  /// Whether text, reasoning or a tool call has been seen.
  private(set) var hasContent = false
  /// Whether the reply's own end has been read.
  private(set) var isTerminal = false
  /// Whether the coding could not be undone, or not to its end.
  private(set) var hasFailed = false
  /// Bytes of the body with its coding undone, as far as it can be; nil where it has none.
  private(set) var decodedBytes: Int?
  private var storedRevision: UInt32 = 0
  private var storedTextBytes: Int64 = 0

  /// - Parameter tokenizer: what the text of a stream is counted by.
  init(_ head: ReplyHeadFacts, endpoint: Endpoint, provider: String, tokenizer: @autoclosure () -> Tokenizer) {
    self.provider = provider
    // Streams are counted as they pass, since any of them may end before its usage has come.
    let isCounted = head.framing.isStream && !endpoint.operation.isFree
    reader = UniqueBox(
      ReplyReader(
        endpoint: endpoint, status: head.status, framing: head.framing, headers: head.headers,
        counting: isCounted ? tokenizer() : nil))
    decoder = BodyDecoder(head.coding)
    decodedBytes = decoder == nil ? nil : 0
  }

  /// Reads a part, which is sent to the client right behind that.
  mutating func read(_ bytes: UnsafeRawBufferPointer, ledger: Ledger) {
    // Moved out while what it makes is read: both are parts of this value.
    guard var decoder = decoder.take() else { return readDecoded(bytes, ledger: ledger) }
    decoder.decode(bytes) { readDecoded($0, ledger: ledger) }
    hasFailed = decoder.hasFailed
    decodedBytes = decoder.outputBytes
    self.decoder = consume decoder
  }

  private mutating func readDecoded(_ bytes: UnsafeRawBufferPointer, ledger: Ledger) {
    reader?.value.consume(bytes.bytes)
    hasContent = reader?.value.hasContent ?? false
    isTerminal = reader?.value.isTerminal ?? false
    if let found = reader?.value.takeItems(), !found.isEmpty { items.add(found, provider: provider, ledger: ledger) }
  }

  /// What the in-flight file has to learn, so that a crash loses little: nothing that the provider reported, and less text
  /// than ``storedTextBytesStep``. Nil where that is nothing.
  mutating func takeProgress() -> (progress: ReplyProgress, model: String?, responseID: String?)? {
    guard let progress = reader?.value.progress else { return nil }
    let newTextBytes = progress.outputTextBytes &- storedTextBytes
    guard progress.revision != storedRevision || newTextBytes >= Self.storedTextBytesStep else {
      return nil
    }
    storedRevision = progress.revision
    storedTextBytes = progress.outputTextBytes
    return (progress, reader?.value.model, reader?.value.responseID)
  }

  /// The whole of what was read; nothing the second time.
  mutating func finish() -> ReplyFacts {
    var facts = if let reader = reader.take() { reader.take().finish() } else { ReplyFacts() }
    items.complete(&facts)
    return facts
  }
}
