import FoundationEssentials

/// Who ends TLS in front of a port.
enum TransportSecurity: Sendable, Equatable {
  /// Nobody: loopback only.
  case none
  /// A load balancer or service mesh, which the operator answers for.
  case terminatedElsewhere
  /// Tollgate itself.
  case here(Files)

  /// What Tollgate shows who it is with.
  struct Files: Sendable, Equatable {
    /// The certificate and those that vouch for it, in PEM form.
    var certificate: String
    /// Its private key, in PEM form, without a passphrase.
    var key: String
  }

  private static let nobody = "none"
  private static let elsewhere = "terminated_elsewhere"

  var files: Files? { if case .here(let files) = self { files } else { nil } }

  /// Nil where the key is not there, and where its value is wrong, which is reported.
  static func read(_ section: MappingReader, _ context: inout ReadingContext) -> TransportSecurity? {
    guard let value = section["tls"] else { return nil }
    guard value.isMapping else {
      return value.parsed(&context) { text throws(MalformedText) in
        switch text {
        case nobody: return TransportSecurity.none
        case elsewhere: return .terminatedElsewhere
        default:
          throw MalformedText(
            unknownChoice(text, among: [nobody, elsewhere]) + "; for TLS here write tls: { cert: FILE, key: FILE }")
        }
      }
    }
    let files = MappingReader(value, keys: ["cert", "key"], context: &context)
    for key in ["cert", "key"] where files[key] == nil {
      value.report("\(key) is missing; write tls: { cert: FILE, key: FILE }, both in PEM form", to: &context)
    }
    guard let certificate = files["cert"]?.parsed(&context, by: readableFile),
      let key = files["key"]?.parsed(&context, by: readableFile)
    else { return nil }
    return .here(Files(certificate: certificate, key: key))
  }

  func write(to text: inout CanonicalText) {
    switch self {
    case .none: text.entry("tls", Self.nobody)
    case .terminatedElsewhere: text.entry("tls", Self.elsewhere)
    case .here(let files):
      text.section("tls") {
        $0.entry("cert", files.certificate)
        $0.entry("key", files.key)
      }
    }
  }

  private static func readableFile(_ text: String) throws(MalformedText) -> String {
    guard !text.isEmpty, !text.utf8.contains(0), FileManager.default.isReadableFile(atPath: text) else {
      throw MalformedText("the file \(text.debugDescription) cannot be read; name one in PEM form")
    }
    return text
  }
}
