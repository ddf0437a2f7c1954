public import NIOHTTP1

/// What of a head crosses Tollgate. Fields that speak of one connection end here (RFC 9110, section 7.6.1), as does what
/// is meant for Tollgate; all others pass in order, with their spelling.
public enum HopByHop {
  /// The fields of a request that passed ``HeadCheck``, as they go upstream. `Host`, framing and `Expect` are left out: the
  /// transfer sets its own. `accept-encoding`, where the client sent one, asks for `identity`, so that replies can be
  /// metered as they pass.
  public static func forwardable(_ headers: HTTPHeaders) -> [(name: String, value: String)] {
    let nominated = nominations(in: headers)
    var fields: [(name: String, value: String)] = []
    fields.reserveCapacity(headers.count)
    var hasAcceptEncoding = false
    for (name, value) in headers {
      guard !name.hasPrefixIgnoringCase("x-tollgate-") else { continue }
      switch KnownField(name)?.crossing ?? .passes {
      case .ends: continue
      case .identityOnly:
        if !hasAcceptEncoding { fields.append((name, "identity")) }
        hasAcceptEncoding = true
      case .passes:
        if nominated.isEmpty || !isNominated(name, in: nominated) { fields.append((name, value)) }
      }
    }
    return fields
  }

  /// The fields of a reply, as they go to the client; nil where a name or a value is malformed, which makes the reply one
  /// of bad framing. Framing is left out: what the client gets is framed by whoever writes it. Only names that a
  /// connection can own are taken away on the word of `Connection`, so that no upstream can hide what a body is.
  public static func forwardableReply(_ headers: [(name: String, value: String)]) -> [(name: String, value: String)]? {
    var nominated: [String] = []
    for (name, value) in headers where KnownField(name) == .connection {
      collectNominations(from: value, into: &nominated)
    }
    var fields: [(name: String, value: String)] = []
    fields.reserveCapacity(headers.count)
    for (name, value) in headers {
      guard name.withBytes({ $0.count > 0 && ByteSet.token.containsAll(of: $0) }), isSendable(value) else { return nil }
      guard !name.hasPrefixIgnoringCase("x-tollgate-") else { continue }
      let field = KnownField(name)
      if field?.crossing == .ends { continue }
      let isBodyField = field == .contentType || field == .contentEncoding
      if !isBodyField, !nominated.isEmpty, isNominated(name, in: nominated) { continue }
      fields.append((name, value))
    }
    return fields
  }

  private static func nominations(in headers: HTTPHeaders) -> [String] {
    var nominated: [String] = []
    for (name, value) in headers where KnownField(name) == .connection {
      collectNominations(from: value, into: &nominated)
    }
    return nominated
  }

  /// Options that name no field (`keep-alive`, `close`) are the usual case, and cost nothing.
  private static func collectNominations(from value: String, into nominated: inout [String]) {
    forEachListMember(of: value) { option in
      let isPlain = option.equalsIgnoringCase("keep-alive") || option.equalsIgnoringCase("close")
      if !isPlain, nominated.count < HeadLimits.fieldsMax { nominated.append(String(copying: option)) }
      return true
    }
  }

  private static func isNominated(_ name: String, in nominated: [String]) -> Bool {
    nominated.contains { $0.utf8.count == name.utf8.count && $0.lowercased() == name.lowercased() }
  }

  private static func isSendable(_ value: String) -> Bool {
    value.withBytes { bytes in
      for index in bytes.indices where bytes[index].isControl && bytes[index] != 0x09 { return false }
      return true
    }
  }
}

extension String {
  fileprivate init(copying bytes: borrowing Span<UInt8>) {
    self = bytes.withUnsafeBufferPointer { String(decoding: $0, as: UTF8.self) }
  }
}

extension KnownField {
  fileprivate enum Crossing {
    case passes
    case ends
    case identityOnly
  }

  fileprivate var crossing: Crossing {
    switch self {
    case .connection, .keepAlive, .proxyConnection, .proxyAuthenticate, .proxyAuthorization, .te, .trailer,
      .transferEncoding, .upgrade, .http2Settings, .host, .contentLength, .expect:
      .ends
    case .acceptEncoding: .identityOnly
    default: .passes
    }
  }
}
