internal import JSON

/// An object of a price file, read member by member, so that every error names its place and every unknown key is one.
struct PriceObject {
  let place: PricePlace
  private let value: JSONValue

  /// Nil for `allowed`: any key.
  init(_ value: JSONValue, at place: PricePlace, allowed: [String]?) throws(PriceBookProblem) {
    guard let members = value.members else { throw place.problem("\(value.kind) stands where an object should") }
    if let allowed, let unknown = members.first(where: { !allowed.contains($0.name) }) {
      let known = allowed.joined(separator: ", ")
      throw place.at(unknown.name).problem("unknown key; known here: \(known)")
    }
    self.place = place
    self.value = value
  }

  var members: [JSONMember] { value.members ?? [] }

  subscript(key: String) -> JSONValue? { value[key] }

  func has(_ key: String) -> Bool { value[key] != nil }

  func optionalString(_ key: String) throws(PriceBookProblem) -> String? {
    guard let member = value[key] else { return nil }
    guard let text = member.string, !text.isEmpty else {
      throw place.at(key).problem("\(member.kind) stands where a text should")
    }
    return text
  }

  /// - Parameter fallback: what a missing key means; nil: it has to be there.
  func string(_ key: String, or fallback: String? = nil) throws(PriceBookProblem) -> String {
    guard let text = try optionalString(key) ?? fallback else { throw place.at(key).problem("missing") }
    return text
  }

  /// A count: a whole number that is not negative.
  func optionalCount(_ key: String) throws(PriceBookProblem) -> Int64? {
    guard let member = value[key] else { return nil }
    guard let count = member.integer, count >= 0 else {
      throw place.at(key).problem("a whole number, 0 or more, should stand here")
    }
    return count
  }

  func optionalBool(_ key: String) throws(PriceBookProblem) -> Bool? {
    guard let member = value[key] else { return nil }
    guard let flag = member.bool else { throw place.at(key).problem("true or false should stand here") }
    return flag
  }

  /// A list of texts; empty where the key is missing.
  func strings(_ key: String) throws(PriceBookProblem) -> [String] {
    var texts: [String] = []
    for (element, place) in try elements(key) {
      guard let text = element.string, !text.isEmpty else {
        throw place.problem("\(element.kind) stands where a text should")
      }
      texts.append(text)
    }
    return texts
  }

  /// The elements of a list with their places; none where the key is missing.
  func elements(_ key: String) throws(PriceBookProblem) -> [(JSONValue, PricePlace)] {
    guard let member = value[key] else { return [] }
    guard let elements = member.elements else {
      throw place.at(key).problem("\(member.kind) stands where a list should")
    }
    return elements.enumerated().map { ($1, place.at("\(key)[\($0)]")) }
  }

  /// An object within; nil where the key is missing.
  func optionalObject(_ key: String, allowed: [String]?) throws(PriceBookProblem) -> PriceObject? {
    guard let member = value[key] else { return nil }
    return try PriceObject(member, at: place.at(key), allowed: allowed)
  }

  /// A date (midnight UTC) or an instant.
  func optionalInstant(_ key: String) throws(PriceBookProblem) -> Timestamp? {
    guard let text = try optionalString(key) else { return nil }
    guard let instant = Timestamp(text) else {
      throw place.at(key).problem("\"\(text)\" is neither a date (2026-10-14) nor an instant (2026-10-14T16:00:00Z)")
    }
    return instant
  }
}

/// Where in the price files a value stands.
struct PricePlace: Sendable {
  var file: String
  var model: String?
  var key = ""

  func at(_ name: String) -> PricePlace {
    PricePlace(file: file, model: model, key: key.isEmpty ? name : "\(key).\(name)")
  }

  func problem(_ reason: String) -> PriceBookProblem {
    PriceBookProblem(file: file, model: model, key: key, reason: reason)
  }
}
