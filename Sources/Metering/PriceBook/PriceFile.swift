/// One provider's file of the price book.
struct PriceFile: Sendable {
  /// The file's name without `.json`: how it is found.
  var key: String
  /// How messages name the file.
  var path: String
  /// What the file calls the provider.
  var provider: String
  var name: String
  /// Names that a provider of this kind usually has: `gemini` and `vertex` lead to Google's file.
  var providers: [String] = []
  var hosts: [PriceHost] = []
  var ids = PriceIDRules()
  /// Whether the file says how ids are spelled; an operator's that does not takes over what it stands before.
  var hasIDRules = false
  /// Whether an operator's file takes the place of the one that came with the program, rather than of single entries.
  var isWhole = false
  /// Providers whose files are searched after this one.
  var fallback: [String] = []
  var reportedCost: ReportedCost?
  var sources: [PriceSource] = []
  var aliases: [PriceAlias] = []
  var note: String?
  var models: [PricedModel] = []
}

/// A host that a provider's calls go to.
struct PriceHost: Sendable {
  /// The host in lower case, `*` for any run of characters: `*.openai.azure.com`.
  var glob: ModelGlob
  /// What the host itself says about the price: an endpoint that is bound to a region.
  var sets: [(key: PriceConditionKey, value: String)] = []
}

/// How ids are spelled at a provider.
struct PriceIDRules: Sendable {
  /// Whether upper and lower case are the same.
  var isLowercased = true
  /// Prefixes that say nothing.
  var strip: [String] = []
  /// Whether `-20251211` may stand for `-2025-12-11`.
  var hasCompactDates = false
  /// Prefixes that say something about the price.
  var prefixes: [Prefix] = []

  struct Prefix: Sendable {
    var text: String
    var sets: [(key: PriceConditionKey, value: String)]
  }
}

/// Another name of a model, for some time.
struct PriceAlias: Sendable {
  var id: String
  /// The id of a model, or anything that finds one.
  var to: String
  /// From this instant on, and before `toDate`; nil: without end.
  var from: Timestamp?
  var toDate: Timestamp?
  var source: String
}

/// Where figures come from.
public struct PriceSource: Sendable, Equatable {
  /// The name that prices refer to.
  public var key: String
  /// What it is: a page, a catalogue and its version.
  public var what: String
  public var url: String
  /// The licence of a catalogue that figures were taken from; nil for a provider's page.
  public var licence: String?
  /// The day it was read.
  public var taken: String?
}

/// Where a provider states the charge itself.
public struct ReportedCost: Sendable, Equatable {
  /// The path of names in the reply: `usage.cost`.
  public var path: String
  /// What one of the reported units is in USD, as a decimal or a fraction.
  public var usdPerUnit: String
  public var source: String
}
