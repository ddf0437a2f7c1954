internal import JSON
internal import Metering

/// What a reply was grounded on, and how much of that Google bills.
///
/// Up to Gemini 2.5 a prompt is billed once if it was grounded at all, however many searches that took; from Gemini 3 on each
/// query is, where empty ones are ignored and equal ones count once.
///
/// https://ai.google.dev/gemini-api/docs/google-search#pricing
struct GeminiGrounding {
  /// How many queries are told apart; those beyond are not counted.
  private static let queriesMax = 1024

  /// Hashes of the queries: their text is not kept.
  private var queries: Set<Int> = []
  /// Searches that show up as calls of a tool.
  private var webCalls: Int64 = 0
  private var mapsCalls: Int64 = 0
  private var hasWebSource = false
  private var hasMapsSource = false

  mutating func addQuery(_ json: borrowing JSONReader, isImageSearch: Bool) {
    guard json.kind == .string, json.size > 0, queries.count < Self.queriesMax else { return }
    var hasher = Hasher()
    hasher.combine(json.string)
    hasher.combine(json.size)
    hasher.combine(isImageSearch)
    queries.insert(hasher.finalize())
  }

  /// Notes a call of a tool of the provider, by its name in lower case.
  mutating func addCall(_ tool: String) {
    if tool.hasPrefix("google_search") { webCalls &+= 1 }
    if tool == "google_maps" { mapsCalls &+= 1 }
  }

  mutating func addWebSource() { hasWebSource = true }
  mutating func addMapsSource() { hasMapsSource = true }

  var isEmpty: Bool { queries.isEmpty && webCalls == 0 && mapsCalls == 0 && !hasWebSource && !hasMapsSource }

  /// Adds what is billed to the usage of a call.
  ///
  /// - Parameters:
  ///   - reported: what the provider counted itself, if it did.
  func bill(_ usage: inout Usage, model: String?, reportedWeb: Int64? = nil, reportedMaps: Int64? = nil) {
    // Sources without a query (maps have none in a reply) come from one search at least.
    let web = reportedWeb ?? max(Int64(queries.count), webCalls, hasWebSource ? 1 : 0)
    let maps = reportedMaps ?? max(mapsCalls, hasMapsSource ? 1 : 0)
    let isByPrompt = model.map(Self.isBilledByPrompt) ?? false
    usage[.webSearch] = isByPrompt ? min(web, 1) : web
    usage[.mapsSearch] = isByPrompt ? min(maps, 1) : maps
  }

  /// Whether a model is of a generation that is billed by the prompt: Gemini 1 and 2.
  static func isBilledByPrompt(_ model: String) -> Bool {
    let name = model.lowercased()
    guard
      let start = name.utf8.lastIndex(of: UInt8(ascii: "/")).map({ name.utf8.index(after: $0) })
        ?? name.utf8.indices.first
    else { return false }
    let rest = name.utf8[start...]
    guard rest.starts(with: "gemini-".utf8) else { return false }
    let generation = rest.dropFirst(7).prefix { $0 &- UInt8(ascii: "0") < 10 }
    if generation.isEmpty { return rest.elementsEqual("gemini-pro".utf8) || rest.starts(with: "gemini-exp".utf8) }
    return generation.count == 1 && generation.first.map { $0 <= UInt8(ascii: "2") } ?? false
  }
}
