public import Metering
public import Tokenizers

/// What a request says about itself. Text is counted, never kept.
public struct RequestFacts: Sendable, Equatable {
  /// The model that was asked for; nil where the body names none. At most 256 bytes.
  public var model: String?
  /// Whether the reply is to be streamed.
  public var wantsStream: Bool
  /// Whether a chat or completions stream was asked to end with its usage. Always true where the API always reports it.
  public var wantsStreamUsage: Bool
  /// The named limit of the reply's tokens, thought included; nil where there is none. It holds for each of ``generations``.
  public var outputTokensMax: Int64?
  /// By which name ``outputTokensMax`` is given, which not everyone obeys.
  public var outputLimitName: OutputLimitName
  /// How many of the reply's tokens may be thought, where the request names a budget for that; nil where it does not. Anthropic
  /// refuses a request whose ``outputTokensMax`` is not above it.
  public var thinkingTokensMax: Int64?
  /// How many choices are asked for (`n`), or generated to choose from (`best_of`); 1 where not said.
  public var choices: Int64
  /// How many prompts are answered apart (a list of Completions), each with as many choices; 1 where not said.
  public var prompts: Int64
  /// What decides the price, as it was asked for: the tier, the speed, the size and quality of an image. What the reply
  /// says goes before it.
  public var context: PricingContext
  /// What the request itself fixes of the usage where the reply has none: the characters of a speech, the images asked for,
  /// the tokens of a tokenized prompt. Empty where it fixes nothing.
  public var usage: Usage
  /// Tool results in the new tail of the conversation: those after the last message of the assistant.
  public var toolResults: Int
  /// How many of ``toolResults`` say that their tool failed (Anthropic's `is_error`; OpenAI's APIs have no such mark).
  public var toolResultErrors: Int
  /// Tools that the request itself calls, with the ids of its messages: those of an MCP server. At most 1,024 are kept.
  public var toolCalls: [ToolCall]
  /// Whether pages are to be annotated as they are read (Mistral's OCR), which has a price of its own.
  public var annotatesPages: Bool
  /// UTF-8 bytes of everything that becomes prompt: text, tool definitions, tool arguments and results.
  public var promptTextBytes: Int64
  /// The tokens of that text, where they were to be counted: fewer bytes than ``promptTextBytes`` where there is more text than
  /// may be counted.
  public var promptTally: TokenTally?
  /// What bounds the tokens of that text, where it was looked at closely (always on Anthropic's APIs).
  public var promptCensus: TextCensus?
  /// UTF-8 bytes of ``promptTextBytes`` that the provider may write anew: tool definitions, arguments, schemas.
  public var renderedTextBytes: Int64
  /// Bytes of what the reply is predicted to be (OpenAI's `prediction`), as they are written. What of it the model does not write is
  /// billed as output all the same, beyond ``outputTokensMax``: no more tokens than these are bytes.
  /// https://platform.openai.com/docs/guides/predicted-outputs
  public var predictedBytes: Int64
  /// What is handed over beside text, at most 256 items; and how many there are.
  public var media: [MediaItem]
  public var mediaCount: Int
  /// Bytes of that, as they are written.
  public var mediaWrittenBytes: Int64
  /// Bytes of the body.
  public var bodyBytes: Int64
  /// Texts that ``promptTextBytes`` consists of, about one or two for each message.
  public var promptTexts: Int64
  /// Whether the request builds on what the provider keeps (a conversation, a stored prompt, a cache), names a tool that the
  /// provider runs, whose results become prompt, or hands over something of a kind that is not known here. Their size is not
  /// known either.
  public var hasStoredContext: Bool
  /// Whether the request follows a response that the provider keeps (`previous_response_id`), with all that was said before it.
  public var followsResponse: Bool
  /// Whether other models are named that may answer instead, at prices of their own (OpenRouter's `models`).
  public var hasOtherModels: Bool
  /// Whether all that becomes prompt is told apart in the body: text, and media by its members. Without that, the body bounds
  /// nothing.
  public var isPromptToldApart: Bool
  /// Where the byte `{` of the request's object stands, and the range of `stream_options`'s value if present: what a
  /// splice of `stream_options.include_usage` needs. Nil where the body was not read to its end as one object, where
  /// it is ambiguous, and where nothing has to be changed.
  public var streamOptions: StreamOptionsLocation?
  /// Where a limit of the reply's tokens goes, in place of ``outputTokensMax`` or beside what the request says. Nil where the
  /// body was not read to its end as one object, where it is ambiguous, and where none can be put in: the API takes no such
  /// limit, demands that the client names it, or has a small one of its own that a new one would raise.
  public var outputLimitLocation: OutputLimitLocation?
  /// What links the request to its run, and what its tools returned; nil where no key was handed in, and for bodies that are no
  /// JSON.
  public var conversation: ConversationFacts?
  /// Whether a member that decides the call (model, stream, a limit, a tier, `stream_options`) occurs twice at its
  /// place, so that the provider may read another value than the one given here.
  public var isAmbiguous: Bool
  /// Whether the whole body was read as one JSON object, or as one form.
  public var isComplete: Bool

  /// Text and media while they are read.
  static let hasMedia = true
  private(set) var looksAtText = false
  var text: BodyText?
  var readMedia: BodyMedia?
  /// The conversation while it is read. It is changed in its place alone: to look into it from outside would copy all of it.
  var reading: ConversationReader?
  /// Whether ``reading`` is there.
  private(set) var followsValues = false

  public init() {
    context = PricingContext()
    usage = Usage()
    wantsStream = false
    wantsStreamUsage = false
    outputLimitName = .usual
    choices = 1
    prompts = 1
    toolResults = 0
    toolResultErrors = 0
    toolCalls = []
    annotatesPages = false
    promptTextBytes = 0
    renderedTextBytes = 0
    promptTexts = 0
    predictedBytes = 0
    media = []
    mediaCount = 0
    mediaWrittenBytes = 0
    bodyBytes = 0
    hasStoredContext = false
    followsResponse = false
    hasOtherModels = false
    isPromptToldApart = false
    isAmbiguous = false
    isComplete = false
  }
}

extension RequestFacts: CountedText {}

extension RequestFacts {
  /// How many texts are generated, each of at most ``outputTokensMax`` tokens: the choices for each prompt.
  public var generations: Int64 {
    let product = choices.multipliedReportingOverflow(by: prompts)
    return product.overflow ? .max : product.partialValue
  }

  /// The most tokens of the whole reply that the request allows; nil where it names no limit.
  public var outputTokensBound: Int64? {
    guard let outputTokensMax else { return nil }
    let product = outputTokensMax.multipliedReportingOverflow(by: generations)
    return product.overflow ? .max : product.partialValue
  }
}

extension RequestFacts {
  /// Has text and media looked at from here on.
  ///
  /// - Parameter tokenizer: nil where only the bound of the text matters.
  mutating func look(at text: Bool, counting tokenizer: Tokenizer?, bytesMax: Int) {
    looksAtText = text
    self.text = text ? BodyText(tokenizer, bytesMax: bytesMax) : nil
    readMedia = BodyMedia()
  }

  /// Has the conversation read from here on.
  mutating func follow(by key: FingerprintKey) {
    reading = ConversationReader(key: key)
    followsValues = true
  }

  /// Takes over what was read of text and media, and of the conversation.
  mutating func settleText() {
    looksAtText = false
    promptTally = text?.tally
    promptCensus = text?.census
    text = nil
    followsValues = false
    conversation = reading.take()?.finish()
    guard let read = readMedia.take() else { return }
    media = read.items
    mediaCount = read.count
    mediaWrittenBytes = read.writtenBytes
  }
}

/// Where `stream_options.include_usage` goes, as byte offsets in the body.
public enum StreamOptionsLocation: Sendable, Equatable {
  /// The request has no `stream_options`: insert a member after the byte `{` at this offset.
  case insertMember(afterBrace: Int)
  /// It has an object without `include_usage`: insert a member after the byte `{` at this offset.
  case insertInclude(afterBrace: Int)
  /// Replace this range of bytes: the value of an `include_usage` that is not true; or the whole value of
  /// `stream_options`, where that is an empty object or none.
  case replaceValue(Range<Int>, isWholeObject: Bool)
}
