internal import Crypto
public import Observability

/// What a secret of Tollgate's own opens.
public enum CredentialKind: String, Sendable, CaseIterable {
  /// The data plane: `tg-…`.
  case virtualKey = "tg-"
  /// The control plane: `tgc-…`.
  case controlToken = "tgc-"
}

/// A virtual key or a control token as its holder has it: a prefix that says what it is, an id that it is found by, and 256
/// random bits.
///
/// What is kept of it is its digest. A slow hash would protect a password that can be guessed; 256 random bits cannot, so
/// SHA-256 does, and each call can afford it. The id stands in the text that is hashed, as a salt would.
public struct CredentialText: Sendable {
  public let kind: CredentialKind
  /// Found in lists and messages; no secret.
  public let id: String
  /// The whole text; shown once, to whoever asked for it.
  public let secret: Secret

  private static let idCharacters = 12
  private static let secretCharacters = 52
  private static let alphabet = Array("0123456789abcdefghjkmnpqrstvwxyz".utf8)

  /// A new one, from the system's generator.
  ///
  /// - Parameter id: of the credential that it takes the place of; nil for a new id.
  public init(new kind: CredentialKind, id: String? = nil) {
    let id = id ?? Self.random(characters: Self.idCharacters)
    self.kind = kind
    self.id = id
    secret = Secret("\(kind.rawValue)\(id)-\(Self.random(characters: Self.secretCharacters))")
  }

  /// Reads one; nil where the text cannot be one.
  public init?(_ text: some StringProtocol, of kind: CredentialKind) {
    let bytes = Array(text.utf8)
    let idStart = kind.rawValue.utf8.count
    let idEnd = idStart + Self.idCharacters
    guard bytes.count == idEnd + 1 + Self.secretCharacters, bytes.starts(with: kind.rawValue.utf8),
      bytes[idEnd] == UInt8(ascii: "-"), bytes[idStart..<idEnd].allSatisfy(Self.alphabet.contains)
    else { return nil }
    self.kind = kind
    id = String(decoding: bytes[idStart..<idEnd], as: UTF8.self)
    secret = Secret(String(text))
  }

  /// Whether a text is meant to be one, be it sound or not: it then is nobody else's business.
  public static func isMeant(by text: some StringProtocol) -> Bool {
    CredentialKind.allCases.contains { text.utf8.starts(with: $0.rawValue.utf8) }
  }

  /// Whether a whole one stands somewhere in a text.
  public static func stands(in text: String) -> Bool {
    text.utf8.withContiguousStorageIfAvailable { stands(in: $0) } ?? stands(in: Array(text.utf8))
  }

  private static func stands(in bytes: some RandomAccessCollection<UInt8>) -> Bool {
    var rest = bytes[...]
    while rest.count >= shortest {
      if rest.starts(with: "tg".utf8), begins(rest) { return true }
      rest = rest.dropFirst()
    }
    return false
  }

  private static func begins(_ bytes: some RandomAccessCollection<UInt8>) -> Bool {
    CredentialKind.allCases.contains { kind in
      let prefix = kind.rawValue.utf8
      guard bytes.starts(with: prefix) else { return false }
      let rest = bytes.dropFirst(prefix.count)
      let secret = rest.dropFirst(idCharacters + 1).prefix(secretCharacters)
      return rest.dropFirst(idCharacters).first == UInt8(ascii: "-") && secret.count == secretCharacters
        && rest.prefix(idCharacters).allSatisfy(alphabet.contains) && secret.allSatisfy(alphabet.contains)
    }
  }

  private static let shortest = CredentialKind.virtualKey.rawValue.utf8.count + idCharacters + 1 + secretCharacters

  /// What is kept.
  public var digest: CredentialDigest { CredentialDigest(of: secret.exposed) }

  /// Five bits a character: 52 hold 260 bits.
  private static func random(characters: Int) -> String {
    var generator = SystemRandomNumberGenerator()
    return String(
      decoding: (0..<characters).map { _ in alphabet[Int(generator.next(upperBound: 32 as UInt64))] }, as: UTF8.self)
  }
}

/// The SHA-256 of a credential's text.
public struct CredentialDigest: Sendable, Hashable {
  private let words: SIMD4<UInt64>

  /// The digest of a text.
  public init(of text: String) {
    var text = text
    var hash = SHA256()
    text.withUTF8 { hash.update(bufferPointer: UnsafeRawBufferPointer($0)) }
    var words = SIMD4<UInt64>()
    for (index, byte) in hash.finalize().enumerated() {
      words[index / 8 & 3] = words[index / 8 & 3] << 8 | UInt64(byte)
    }
    self.words = words
  }

  /// Reads ``hexadecimal`` back.
  init?(hexadecimal text: String) {
    let digits = Array(text.utf8)
    guard digits.count == 64 else { return nil }
    var words = SIMD4<UInt64>()
    for word in 0..<4 {
      let part = String(decoding: digits[word * 16..<(word + 1) * 16], as: UTF8.self)
      guard let value = UInt64(part, radix: 16) else { return nil }
      words[word] = value
    }
    self.words = words
  }

  /// 64 digits.
  var hexadecimal: String {
    (0..<4).map { word in
      let digits = String(words[word], radix: 16)
      return String(repeating: "0", count: 16 - digits.count) + digits
    }.joined()
  }

  /// Whether both are the same, in a time that does not depend on where they differ.
  public func matches(_ other: CredentialDigest) -> Bool {
    let difference = words ^ other.words
    return difference[0] | difference[1] | difference[2] | difference[3] == 0
  }
}
