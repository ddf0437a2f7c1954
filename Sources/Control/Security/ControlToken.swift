internal import Glibc
public import Observability

/// Why there is no control token.
public struct ControlTokenError: Error, Sendable, CustomStringConvertible {
  /// What failed, on which file, and why.
  public let description: String

  init(_ action: String, _ path: String, errorNumber: Int32) {
    description = "cannot \(action) \(path): \(String(cString: strerror(errorNumber)))"
  }
}

/// The token that whoever is not on this machine reads the control plane with, and everybody changes anything with.
public enum ControlToken {
  /// The name of its file in the data directory.
  public static let fileName = "control.token"

  private static let hexDigits = 64

  /// The token of a data directory: the one that is there, or a new one of 256 random bits in a file of mode 0600.
  /// A file that others may read, or that holds something else, is replaced: what it held may be known.
  ///
  /// - Parameter directory: exists, and is this process's own.
  public static func load(directory: String) throws(ControlTokenError) -> Secret {
    let path = directory + "/" + fileName
    if let token = read(path) { return Secret(token) }
    let token = random()
    try write(token, to: path)
    return Secret(token)
  }

  private static func random() -> String {
    // The system's generator, which on Linux is getrandom(2).
    var generator = SystemRandomNumberGenerator()
    var text = ""
    for _ in 0..<hexDigits / 16 {
      let digits = String(generator.next() as UInt64, radix: 16)
      text += String(repeating: "0", count: 16 - digits.count) + digits
    }
    return text
  }

  private static func read(_ path: String) -> String? {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG, status.st_mode & 0o077 == 0,
      status.st_uid == geteuid()
    else { return nil }
    var bytes = [UInt8](repeating: 0, count: hexDigits + 2)
    let count = Glibc.read(descriptor, &bytes, bytes.count)
    guard count > 0 else { return nil }
    let text = String(decoding: bytes[..<count], as: UTF8.self)
    let token = text.hasSuffix("\n") ? String(text.dropLast()) : text
    let isHex = token.utf8.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }
    return isHex && token.utf8.count == hexDigits ? token : nil
  }

  /// Written beside and renamed, so that no reader sees a part of it.
  private static func write(_ token: String, to path: String) throws(ControlTokenError) {
    let draft = path + ".new"
    unlink(draft)
    let descriptor = open(draft, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
    guard descriptor >= 0 else { throw ControlTokenError("create", draft, errorNumber: errno) }
    defer { close(descriptor) }
    let line = Array((token + "\n").utf8)
    guard fchmod(descriptor, 0o600) == 0, Glibc.write(descriptor, line, line.count) == line.count else {
      throw ControlTokenError("write", draft, errorNumber: errno)
    }
    guard rename(draft, path) == 0 else { throw ControlTokenError("rename to", path, errorNumber: errno) }
  }
}
