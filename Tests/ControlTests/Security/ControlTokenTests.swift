import Foundation
import Observability
import Testing

@testable import Control

/// A directory that is gone afterwards.
private func withDirectory(_ body: (String) throws -> Void) throws {
  let directory = FileManager.default.temporaryDirectory.appendingPathComponent("control-\(UUID().uuidString)").path
  try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: false)
  defer { try? FileManager.default.removeItem(atPath: directory) }
  try body(directory)
}

private func mode(_ path: String) throws -> Int? {
  try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
}

@Suite struct ControlTokenTests {
  @Test("The first start makes a token that only the owner can read, later ones find it")
  func made() throws {
    try withDirectory { directory in
      let token = try ControlToken.load(directory: directory)
      #expect(token.exposed.utf8.count == 64)
      #expect(try mode(directory + "/control.token") == 0o600)
      #expect(try ControlToken.load(directory: directory) == token)
      #expect(try FileManager.default.contentsOfDirectory(atPath: directory) == ["control.token"])
    }
  }

  @Test("No two data directories have the same token")
  func random() throws {
    var tokens: [Secret] = []
    for _ in 0..<2 { try withDirectory { tokens.append(try ControlToken.load(directory: $0)) } }
    #expect(tokens[0] != tokens[1])
  }

  @Test("A token that others could read is replaced")
  func readable() throws {
    try withDirectory { directory in
      let path = directory + "/control.token"
      let token = try ControlToken.load(directory: directory)
      try FileManager.default.setAttributes([.posixPermissions: 0o640], ofItemAtPath: path)
      #expect(try ControlToken.load(directory: directory) != token)
      #expect(try mode(path) == 0o600)
    }
  }

  @Test("A file that holds no token is replaced", arguments: ["", "\n", "short", String(repeating: "g", count: 64)])
  func damaged(content: String) throws {
    try withDirectory { directory in
      let path = directory + "/control.token"
      try Data(content.utf8).write(to: URL(fileURLWithPath: path))
      try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: path)
      #expect(try ControlToken.load(directory: directory).exposed.utf8.count == 64)
    }
  }

  @Test("A symbolic link is not followed")
  func link() throws {
    try withDirectory { directory in
      let target = directory + "/target"
      try Data(String(repeating: "a", count: 64).utf8).write(to: URL(fileURLWithPath: target))
      try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: target)
      try FileManager.default.createSymbolicLink(atPath: directory + "/control.token", withDestinationPath: target)
      #expect(try ControlToken.load(directory: directory).exposed != String(repeating: "a", count: 64))
    }
  }

  @Test("Where it cannot be made, the error names the file and the reason")
  func error() throws {
    let error = #expect(throws: ControlTokenError.self) { try ControlToken.load(directory: "/nonexistent") }
    #expect(error?.description == "cannot create /nonexistent/control.token.new: No such file or directory")
  }
}
