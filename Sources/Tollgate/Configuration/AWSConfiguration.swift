import Gateway
import Observability

/// `aws` of a provider: the credentials that its calls are signed with.
struct AWSConfiguration: Sendable, Equatable {
  var credentials: AWSCredentials

  private static let keys = ["access_key_id", "secret_access_key", "session_token"]

  /// Nil, and reported, where a part is missing.
  init?(_ value: ConfigurationValue, _ context: inout ReadingContext) {
    let section = MappingReader(value, keys: Self.keys, context: &context)
    for key in Self.keys.dropLast() where section[key] == nil {
      value.report("\(key) is missing; write it as \(key): \"${AWS_\(key.uppercased())}\"", to: &context)
    }
    guard let id = section["access_key_id"]?.parsed(&context, by: Self.keyID),
      let secret = section["secret_access_key"]?.parsed(&context, by: Self.secret)
    else { return nil }
    credentials = AWSCredentials(
      accessKeyID: id, secretAccessKey: Secret(secret),
      sessionToken: section["session_token"]?.parsed(&context, by: Self.secret).map { Secret($0) })
  }

  /// Secrets are written as `***`.
  func write(to text: inout CanonicalText) {
    text.entry("access_key_id", credentials.accessKeyID)
    text.entry("secret_access_key", credentials.secretAccessKey.description)
    if let token = credentials.sessionToken { text.entry("session_token", token.description) }
  }

  /// An id goes into a header field as it is.
  private static func keyID(_ text: String) throws(MalformedText) -> String {
    guard !text.isEmpty, text.utf8.allSatisfy({ isLetterOrDigit($0) }) else {
      throw MalformedText("an access key id has letters and digits only, such as AKIAIOSFODNN7EXAMPLE")
    }
    return text
  }

  private static func secret(_ text: String) throws(MalformedText) -> String {
    guard !text.isEmpty, text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
      throw MalformedText("the value is empty, or has blanks or other characters that no such secret has")
    }
    return text
  }

  private static func isLetterOrDigit(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"):
      true
    default: false
    }
  }
}
