/// A coding of a body (RFC 9110, section 8.4.1).
enum ContentCoding: Equatable {
  case identity
  /// `gzip` and `deflate`, alike for the decoder: it tells their headers apart.
  case zlib
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
    case "gzip", "x-gzip", "deflate": self = .zlib
    default: self = .other
    }
  }
}
