/// What a call may use, as known before it is sent.
public struct CallNeed: Sendable, Hashable {
  /// What such calls use. No figure is less than 0.
  public var expected: CallAmounts
  /// No less than what the call can cost, in pico-dollars; nil where nothing bounds it, which a hard budget refuses.
  public var boundPicodollars: Int64?
  /// No less than the tokens that it can use, in and out; nil where nothing bounds them.
  public var boundTokens: Int64?
  /// How the bounds follow from a limit of output; nil where none can be written into the request.
  public var clamp: ClampTerms?

  public init(
    expected: CallAmounts, boundPicodollars: Int64? = nil, boundTokens: Int64? = nil, clamp: ClampTerms? = nil
  ) {
    self.expected = expected
    self.boundPicodollars = boundPicodollars
    self.boundTokens = boundTokens
    self.clamp = clamp
  }
}

/// How the bound of a call follows from the output it is allowed.
public struct ClampTerms: Sendable, Hashable {
  /// The bound of all that is not output, in pico-dollars.
  public var picodollarsBeforeOutput: Int64
  /// The bound of all tokens that are not output.
  public var tokensBeforeOutput: Int64
  /// The dearest that one token of output can be, in pico-dollars.
  public var picodollarsPerOutputToken: Int64
  /// The output that the request names, or the model's maximum: a clamp is only ever below it.
  public var outputTokensMax: Int64
  /// Below this no call is clamped: ``Clamp/floorTokens(outputTokensPercentile95:thinkingBudgetTokens:)``.
  public var floorTokens: Int64

  public init(
    picodollarsBeforeOutput: Int64, tokensBeforeOutput: Int64, picodollarsPerOutputToken: Int64,
    outputTokensMax: Int64, floorTokens: Int64
  ) {
    self.picodollarsBeforeOutput = picodollarsBeforeOutput
    self.tokensBeforeOutput = tokensBeforeOutput
    self.picodollarsPerOutputToken = picodollarsPerOutputToken
    self.outputTokensMax = outputTokensMax
    self.floorTokens = floorTokens
  }
}

/// What a call used, or is thought to use. The call itself is counted besides.
public struct CallAmounts: Sendable, Hashable {
  public var picodollars: Int64
  public var tokens: Int64
  public var toolCalls: Int64

  public init(picodollars: Int64, tokens: Int64, toolCalls: Int64 = 0) {
    self.picodollars = picodollars
    self.tokens = tokens
    self.toolCalls = toolCalls
  }

  public static let zero = CallAmounts(picodollars: 0, tokens: 0)
}
