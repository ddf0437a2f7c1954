internal import Crypto
public import Metering
public import NIOCore
internal import Observability
public import Upstream

/// Signs requests to AWS by Signature Version 4, in place of the client, whose own signature covers the host that it called.
///
/// libcurl can sign too (`CURLOPT_AWS_SIGV4`), but 7.88 signs the path of the URL rather than the request's target, and
/// encodes it once: a model's id with `%3A` gets a signature that AWS refuses (curl issue 16927, mended in 2025). It also
/// reads the key from the handle's user name and password. So the few hashes are made here.
///
/// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
public struct AWSSigner: Sendable, Hashable {
  public var credentials: AWSCredentials
  /// The region that the host belongs to: `us-east-1`.
  public var region: String
  /// The name that the service signs with.
  public var service: String

  public init(credentials: AWSCredentials, region: String, service: String = "bedrock") {
    self.credentials = credentials
    self.region = region
    self.service = service
  }

  /// The header fields of a request as they go upstream: the client's without its signature, and with Tollgate's.
  ///
  /// - Parameters:
  ///   - target: path and query, behind the origin's base path, exactly as they will be sent.
  ///   - body: the whole body; nil for none.
  ///   - instant: the time of signing, which AWS compares with its own within five minutes.
  public func headers(
    signing headers: [(name: String, value: String)], method: String, origin: UpstreamOrigin, target: String,
    body: ByteBuffer?, at instant: Timestamp
  ) -> [(name: String, value: String)] {
    let time = Self.time(instant)
    var fields = headers.filter { !Self.isOfSignature($0.name) }
    fields.append(("x-amz-date", time))
    if let token = credentials.sessionToken { fields.append(("x-amz-security-token", token.exposed)) }
    let request = CanonicalRequest(
      method: method, host: origin.hostField, target: origin.basePath + target, headers: fields,
      bodyDigest: Self.digest(body))
    fields.append(("authorization", authorization(of: request, time: time)))
    return fields
  }

  private func authorization(of request: CanonicalRequest, time: String) -> String {
    let day = String(time.prefix(8))
    let scope = "\(day)/\(region)/\(service)/aws4_request"
    let text = "AWS4-HMAC-SHA256\n\(time)\n\(scope)\n\(Self.hex(SHA256.hash(data: Array(request.text.utf8))))"
    var key = Array("AWS4\(credentials.secretAccessKey.exposed)".utf8)
    for part in [day, region, service, "aws4_request"] { key = Self.code(of: part, key: key) }
    let signature = Self.hex(Self.code(of: text, key: key))
    return "AWS4-HMAC-SHA256 Credential=\(credentials.accessKeyID)/\(scope), "
      + "SignedHeaders=\(request.signedNames), Signature=\(signature)"
  }

  /// Whether a field belongs to the client's own signature or credentials.
  private static func isOfSignature(_ name: String) -> Bool {
    signatureFields.contains(name.lowercased())
  }

  private static let signatureFields: Set<String> = [
    "authorization", "x-amz-date", "x-amz-security-token", "x-amz-content-sha256", "x-amz-region-set",
  ]

  /// `20261123T062018Z`.
  private static func time(_ instant: Timestamp) -> String {
    instant.rfc3339.prefix(19).filter { $0 != "-" && $0 != ":" } + "Z"
  }

  private static func code(of text: String, key: [UInt8]) -> [UInt8] {
    Array(HMAC<SHA256>.authenticationCode(for: Array(text.utf8), using: SymmetricKey(data: key)))
  }

  private static func digest(_ body: ByteBuffer?) -> String {
    var hash = SHA256()
    body?.withUnsafeReadableBytes { hash.update(bufferPointer: $0) }
    return hex(hash.finalize())
  }

  private static func hex(_ bytes: some Sequence<UInt8>) -> String {
    var digits: [UInt8] = []
    for byte in bytes {
      for digit in [byte >> 4, byte & 15] { digits.append(digit < 10 ? 0x30 + digit : 0x57 + digit) }
    }
    return String(decoding: digits, as: UTF8.self)
  }
}

extension UpstreamOrigin {
  /// The value of `Host` as libcurl sends it.
  fileprivate var hostField: String {
    let name = host.contains(":") ? "[\(host)]" : host
    return port == (scheme == .https ? 443 : 80) ? name : "\(name):\(port)"
  }
}
