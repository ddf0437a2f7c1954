/// Why a text is not the value that it should be. The message names the text and shows what would be right.
struct MalformedText: Error, Equatable, CustomStringConvertible {
  var message: String

  init(_ message: String) { self.message = message }

  var description: String { message }
}
