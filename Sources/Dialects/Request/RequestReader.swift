internal import JSON

/// Reads the body of a request as its parts arrive. Bounded; never traps on any input; keeps no text.
public struct RequestReader: ~Copyable {
  private var json: JSONReader
  private var wire: RequestWires
  private var facts = RequestFacts()

  private let endpoint: Endpoint

  /// A reader for the body of a request to `endpoint`.
  public init(endpoint: Endpoint) {
    self.endpoint = endpoint
    json = JSONReader(shape: RequestWires.shape(endpoint))
    wire = RequestWires(endpoint)
  }

  /// Reads the next part of the body. Parts may be cut anywhere.
  public mutating func consume(_ bytes: RawSpan) { wire.read(bytes, with: &json, into: &facts) }

  /// What was read. `isComplete` says whether that was the whole of one JSON object.
  public consuming func finish() -> RequestFacts {
    let isWhole = json.finish()
    wire.finish(&facts, isWhole: isWhole)
    // What the path says goes before the body: the provider reads it there.
    if let model = endpoint.model { facts.model = model }
    if let streams = endpoint.streams { facts.wantsStream = streams }
    return facts
  }
}
