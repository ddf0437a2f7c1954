import FoundationEssentials
import Gateway
import Observability

/// `key`, `key_file` and `key_field` of a provider: its own key, which is put in for those who have a virtual one.
struct ProviderKeyConfiguration: Sendable, Equatable {
  static let keys = ["key", "key_file", "key_field"]
  private static let bytesMax = 16_384

  var secret: Secret
  /// Where it was read from; nil where it stood in the configuration itself, as a rule from an environment variable.
  var file: String?
  /// Nil takes the field of the API that is called.
  var field: ProviderKey.Field?

  /// Nil where nothing is configured, and where something is wrong with it, which is reported.
  init?(_ section: MappingReader, _ context: inout ReadingContext) {
    let field = section["key_field"]?.choice(&context, of: ProviderKey.Field.self)
    if let second = section["key_file"], section["key"] != nil {
      second.report("key says the key already; keep one of the two", to: &context)
    }
    let fromFile = section["key_file"]?.parsed(&context, by: Self.read)
    guard let secret = section["key"]?.parsed(&context, by: Self.secret) ?? fromFile?.secret else {
      if let value = section["key_field"], section["key"] == nil, section["key_file"] == nil {
        value.report("says where a key stands, and there is none; give key or key_file", to: &context)
      }
      return nil
    }
    self.secret = secret
    self.field = field
    file = section["key"] == nil ? fromFile?.file : nil
  }

  /// The key itself is written as `***`.
  func write(to text: inout CanonicalText) {
    if let file { text.entry("key_file", file) } else { text.entry("key", secret.description) }
    if let field { text.entry("key_field", field.rawValue) }
  }

  /// A key goes into a header field as it is.
  private static func secret(_ text: String) throws(MalformedText) -> Secret {
    guard (1...bytesMax).contains(text.utf8.count), text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
      throw MalformedText("the key is empty, too long, or has blanks or other characters that no such key has")
    }
    guard !text.hasPrefix("tg-"), !text.hasPrefix("tgc-") else {
      throw MalformedText("this is a key of Tollgate's own; give the provider's")
    }
    return Secret(text)
  }

  private static func read(_ path: String) throws(MalformedText) -> (file: String, secret: Secret) {
    guard !path.isEmpty, !path.utf8.contains(0), let data = FileManager.default.contents(atPath: path),
      data.count <= bytesMax, let text = String(validating: data, as: UTF8.self)
    else {
      throw MalformedText("the file \(path.debugDescription) cannot be read; name one that holds the key")
    }
    let lines = text.split(whereSeparator: \.isNewline)
    guard lines.count == 1, let line = lines.first else {
      throw MalformedText("the file \(path.debugDescription) must hold the key in one line, and nothing else")
    }
    return (path, try secret(String(line)))
  }
}

extension ProviderKeyConfiguration {
  /// The key as the data plane uses it.
  var providerKey: ProviderKey { ProviderKey(secret, field: field) }
}
