/// The body of one export: OTLP's `ExportTraceServiceRequest`, in Protocol Buffers. Spans are written one by one as they are added.
public struct TraceExportRequest: ~Copyable {
  /// Bytes after which nothing more is added: collectors refuse bodies beyond a few megabytes.
  public static let bytesMax = 2 << 20

  private let resource: TraceResource
  private var spans = ProtobufWriter()
  /// Spans so far.
  public private(set) var count = 0

  public init(resource: TraceResource) { self.resource = resource }

  /// Whether it takes no more.
  public var isFull: Bool { spans.bytes.count >= Self.bytesMax }

  public mutating func add(_ span: TraceSpan) {
    spans.message(2) { $0.span(span) }
    count += 1
  }

  public consuming func finish() -> [UInt8] {
    var scope = ProtobufWriter()
    scope.message(1) {
      $0.text(1, TraceResource.scopeName)
      $0.text(2, resource.version)
    }
    var request = ProtobufWriter()
    request.message(1) {
      $0.message(1) { resource.write(to: &$0) }
      $0.message(2, scope.bytes + spans.bytes)
    }
    return request.bytes
  }
}

/// Whose spans they are: `service.name`, `service.version`, and what the operator adds.
public struct TraceResource: Sendable, Equatable {
  static let scopeName = "tollgate"

  public var serviceName: String
  /// Tollgate's own version.
  public var version: String
  /// Further attributes, by their names: `deployment.environment.name`, say. They go before the two above.
  public var attributes: [String: String]

  public init(serviceName: String = "tollgate", version: String, attributes: [String: String] = [:]) {
    self.serviceName = serviceName
    self.version = version
    self.attributes = attributes
  }

  func write(to writer: inout ProtobufWriter) {
    var all = attributes
    all[AttributeKey.serviceName.rawValue] = serviceName
    all[AttributeKey.serviceVersion.rawValue] = all[AttributeKey.serviceVersion.rawValue] ?? version
    for (key, value) in all.sorted(by: { $0.key < $1.key }) { writer.attribute(1, key, .text(value)) }
  }
}
