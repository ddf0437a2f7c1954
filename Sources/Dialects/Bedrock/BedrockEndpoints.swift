extension Endpoint {
  /// The APIs of Bedrock's runtime. What it serves in OpenAI's and Anthropic's shape (`/openai/v1/...`, `/anthropic/v1/...`) is theirs.
  ///
  /// Applying a guardrail by itself and starting an asynchronous invocation are billed by units that no reply reports, so
  /// that they are left unmetered rather than counted as free.
  ///
  /// https://docs.aws.amazon.com/bedrock/latest/APIReference/API_Operations_Amazon_Bedrock_Runtime.html
  static func bedrock(_ path: EndpointPath, isConfigured: Bool) -> Endpoint? {
    if path.method == "GET", path.segments.first == "async-invoke", path.segments.count <= 3 {
      return Endpoint(dialect: .bedrock, operation: .management)
    }
    guard path.method == "POST", let place = path.segments.firstIndex(of: "model"), place + 2 < path.segments.count
    else {
      return nil
    }
    // An ARN has slashes, which some clients leave as they are.
    let model = path.modelID(of: path.segments[(place + 1)..<(path.segments.count - 1)].joined(separator: "/"))
    let operation: (Operation, streams: Bool)? =
      switch path.last {
      case "converse": (.converse, false)
      case "converse-stream": (.converse, true)
      case "invoke": (.invokeModel, false)
      case "invoke-with-response-stream": (.invokeModel, true)
      case "count-tokens": (.countTokens, false)
      default: nil
      }
    return operation.map { Endpoint(dialect: .bedrock, operation: $0.0, model: model, streams: $0.streams) }
  }
}

extension EndpointPath {
  /// A model's id with its percent-encoding undone; nil where it is empty, too long or no UTF-8.
  func modelID(of segment: String) -> String? {
    var bytes: [UInt8] = []
    var rest = Substring(segment).utf8
    while let byte = rest.popFirst() {
      if byte == UInt8(ascii: "%"), let value = UInt8(hexDigits: rest.prefix(2)) {
        bytes.append(value)
        rest = rest.dropFirst(2)
      } else {
        bytes.append(byte)
      }
    }
    return (1...Endpoint.modelBytesMax).contains(bytes.count) ? String(validating: bytes, as: UTF8.self) : nil
  }
}

extension UInt8 {
  /// The value of two hexadecimal digits; nil for anything else.
  fileprivate init?(hexDigits digits: Substring.UTF8View) {
    guard digits.count == 2, digits.first != UInt8(ascii: "+"), digits.first != UInt8(ascii: "-") else { return nil }
    self.init(Substring(digits), radix: 16)
  }
}
