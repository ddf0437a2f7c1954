internal import Observability

/// An error as RFC 9457 describes it. The type is `about:blank`: the status says what happened, the detail what to do.
struct Problem: Error, Sendable, Equatable {
  static let contentType = "application/problem+json"

  var status: Int
  var title: String
  var detail: String
  /// The parameter that is to blame, if one is.
  var parameter: ParameterError?
  /// The methods that the path has, where the method is to blame.
  var allow: String?

  init(_ status: Int, _ title: String, _ detail: String) {
    self.status = status
    self.title = title
    self.detail = detail
  }

  init(_ error: ParameterError) {
    self.init(400, "Bad parameter", error.description)
    parameter = error
  }

  func document() -> [UInt8] {
    var writer = JSONWriter()
    writer.object { writer in
      writer.member("type", "about:blank")
      writer.member("title", title)
      writer.member("status", status)
      writer.member("detail", detail)
      guard let parameter else { return }
      writer.member("parameter", parameter.parameter)
      writer.member("value", parameter.value)
      writer.member("accepted", parameter.accepted)
    }
    return writer.bytes
  }
}
