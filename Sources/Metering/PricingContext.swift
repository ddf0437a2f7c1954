/// What decides the price of a call besides its model, its size and its time: the `when` keys of the price book.
///
/// A value that is nil fulfils no condition, not even `*`.
public struct PricingContext: Sendable, Equatable {
  /// The tier that served the call, as the reply says (`default`, `flex`, `priority`, ...); nil where nothing said so.
  public var serviceTier: String?
  /// `batch` for a call of a batch; nil otherwise.
  public var processing: String?
  /// Anthropic's speed, `fast`; nil otherwise.
  public var speed: String?
  /// Where the call was processed (`us`, `eu`), as the provider reports it or as its host says; nil where it is not bound.
  public var geo: String?
  /// Which endpoint of the provider served the call, where prices differ by it (OpenAI's `decisions`).
  public var endpoint: String?
  /// By which route the call reached the model, where a provider sells several.
  public var route: String?
  /// The tool behind a server-tool charge, where one meter covers several (`web_search_preview`).
  public var tool: String?
  /// How much context a search was given: `low`, `medium` or `high`.
  public var searchContext: String?
  /// The kind of search, where a provider sells several.
  public var searchType: String?
  /// The quality of generated media.
  public var quality: String?
  /// The size of generated images.
  public var size: String?
  /// The resolution of generated video.
  public var resolution: String?
  /// How long a cache was asked to live, where a provider reports one count for every time to live.
  public var ttl: String?

  public init(
    serviceTier: String? = nil, processing: String? = nil, speed: String? = nil, geo: String? = nil,
    endpoint: String? = nil, tool: String? = nil
  ) {
    self.serviceTier = serviceTier
    self.processing = processing
    self.speed = speed
    self.geo = geo
    self.endpoint = endpoint
    self.tool = tool
  }
}

/// The keys that a `when` of the price book may name.
enum PriceConditionKey: String, CaseIterable, Sendable {
  case processing
  case serviceTier = "service_tier"
  case speed
  case geo
  case endpoint
  case route
  case tool
  case searchContext = "search_context"
  case searchType = "search_type"
  case quality
  case size
  case resolution
  case ttl
}

extension PricingContext {
  subscript(key: PriceConditionKey) -> String? {
    get {
      switch key {
      case .processing: processing
      case .serviceTier: serviceTier
      case .speed: speed
      case .geo: geo
      case .endpoint: endpoint
      case .route: route
      case .tool: tool
      case .searchContext: searchContext
      case .searchType: searchType
      case .quality: quality
      case .size: size
      case .resolution: resolution
      case .ttl: ttl
      }
    }
    set {
      switch key {
      case .processing: processing = newValue
      case .serviceTier: serviceTier = newValue
      case .speed: speed = newValue
      case .geo: geo = newValue
      case .endpoint: endpoint = newValue
      case .route: route = newValue
      case .tool: tool = newValue
      case .searchContext: searchContext = newValue
      case .searchType: searchType = newValue
      case .quality: quality = newValue
      case .size: size = newValue
      case .resolution: resolution = newValue
      case .ttl: ttl = newValue
      }
    }
  }
}

extension PricingContext {
  /// What a reply said, completed by what was asked for and by where the call went.
  ///
  /// - Parameters:
  ///   - isTierKnown: whether the reply was read to its end: a tier that it then does not name is not the one asked for.
  ///   - region: where the host that was called processes; nil where it is not bound.
  public func completed(by request: PricingContext, isTierKnown: Bool, region: String?) -> PricingContext {
    var context = self
    for key in PriceConditionKey.allCases where context[key] == nil {
      if key == .serviceTier, isTierKnown { continue }
      context[key] = request[key]
    }
    if context.geo == nil { context.geo = region }
    return context
  }
}

extension PricingContext {
  /// The names of everything that prices can depend on besides model, size and time: the keys of `when`.
  public static var conditionNames: [String] { PriceConditionKey.allCases.map(\.rawValue) }

  /// Sets what one of ``conditionNames`` says; any other name is left alone.
  public mutating func setCondition(named name: String, to value: String) {
    if let key = PriceConditionKey(rawValue: name) { self[key] = value }
  }
}
