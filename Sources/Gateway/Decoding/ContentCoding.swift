/// A coding of a body (RFC 9110, section 8.4.1).
enum ContentCoding: Equatable {
  case identity
  /// RFC 1952; `x-gzip` is the same.
  case gzip
  /// RFC 1950, or RFC 1951 without a header, as some servers send it.
  case deflate
  /// Brotli, RFC 7932.
  case brotli
  /// RFC 8878.
  case zstd
  /// One that is not decoded here, or several.
  case other

  /// - Parameter value: the value of `content-encoding`; nil where the field is absent.
  init(_ value: String?) {
    guard let value, !value.isEmpty else {
      self = .identity
      return
    }
    switch value.lowercased() {
    case "identity": self = .identity
    case "gzip", "x-gzip": self = .gzip
    case "deflate": self = .deflate
    case "br": self = .brotli
    case "zstd": self = .zstd
    default: self = .other
    }
  }
}
