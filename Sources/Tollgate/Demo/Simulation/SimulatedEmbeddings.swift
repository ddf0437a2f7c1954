/// Writes replies as OpenAI's Embeddings does. Always as numbers, which SDKs take though they ask for base64.
enum SimulatedEmbeddings {
  private static let dimensions = 8

  static func reply(_ body: JSONValue, seed: UInt64) throws(SimulatedRefusal) -> JSONValue {
    guard let model = body["model"].stringValue else { throw .invalid("you must provide a model parameter") }
    let inputs = body["input"].stringValue.map { [JSONValue.string($0)] } ?? body["input"].arrayValue
    guard !inputs.isEmpty else { throw .invalid("Missing required parameter: 'input'.") }
    let tokens = inputs.reduce(0) {
      $0 + ($1.stringValue.map { PromptCache.tokens($0) } ?? max(1, $1.arrayValue.count))
    }
    let data = inputs.enumerated().map { index, input -> JSONValue in
      ["object": "embedding", "index": .count(index), "embedding": .array(vector(input, seed: seed))]
    }
    return [
      "object": "list", "data": .array(data), "model": .string(model),
      "usage": ["prompt_tokens": .count(tokens), "total_tokens": .count(tokens)],
    ]
  }

  private static func vector(_ input: JSONValue, seed: UInt64) -> [JSONValue] {
    var hash = StableHash()
    hash.add(input.text)
    var random = SeededRandom(seed: seed ^ hash.value)
    return (0..<dimensions).map { _ in .decimal("0.\(Int.random(in: 100_000...999_999, using: &random))") }
  }
}
