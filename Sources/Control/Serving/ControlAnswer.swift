internal import HTTPTypes
internal import Hummingbird
internal import NIOCore

/// An answer before it is HTTP.
struct ControlAnswer: Sendable {
  var status = 200
  var contentType: String
  var body: [UInt8]
  var headers: [(name: HTTPField.Name, value: String)] = []

  static func json(_ body: [UInt8], status: Int = 200) -> ControlAnswer {
    ControlAnswer(status: status, contentType: "application/json", body: body)
  }

  static func problem(_ problem: Problem) -> ControlAnswer {
    var answer = ControlAnswer(status: problem.status, contentType: Problem.contentType, body: problem.document())
    if let allow = problem.allow { answer.headers.append((.allow, allow)) }
    if problem.status == 401 { answer.headers.append((.wwwAuthenticate, "Bearer realm=\"tollgate control\"")) }
    return answer
  }

  /// The response. Nothing is cached, sniffed, framed or read from other origins.
  ///
  /// - Parameter isHead: leaves out the body and keeps its length.
  func response(isHead: Bool) -> Response {
    var fields = HTTPFields()
    fields[.contentType] = contentType
    fields[.cacheControl] = "no-store"
    fields[.xContentTypeOptions] = "nosniff"
    fields[.contentSecurityPolicy] = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    fields[.crossOriginResourcePolicy] = "same-origin"
    if let name = HTTPField.Name("referrer-policy") { fields[name] = "no-referrer" }
    for (name, value) in headers { fields[name] = value }
    let response = Response(
      status: HTTPResponse.Status(code: status), headers: fields,
      body: ResponseBody(byteBuffer: ByteBuffer(bytes: body)))
    return isHead ? response.createHeadResponse() : response
  }
}
