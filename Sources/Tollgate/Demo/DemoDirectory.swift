import FoundationEssentials
import Glibc

/// The data directory of a demo: one that was named, which stays, or a temporary one.
struct DemoDirectory {
  let path: String
  private let isTemporary: Bool

  /// - Parameter name: nil makes a temporary directory that only this user can read.
  init(named name: String?) throws(CommandFailure) {
    if let name {
      (path, isTemporary) = (name, false)
      return
    }
    let parent = FileManager.default.temporaryDirectory.path
    // mkdtemp(3) replaces the six letters at the end.
    var template = Array("\(parent)/tollgate-demo-\(String(repeating: "X", count: 6))".utf8CString)
    guard mkdtemp(&template) != nil else {
      throw CommandFailure(
        "cannot make a directory in \(parent): \(String(cString: strerror(errno))); name one with --data")
    }
    path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    isTemporary = true
  }

  /// Removes a temporary directory with all that is in it.
  func remove() {
    if isTemporary { try? FileManager.default.removeItem(atPath: path) }
  }
}
