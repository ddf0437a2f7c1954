internal import Observability

/// The description of the API at `/api/v1/openapi.json`, written by hand.
enum OpenAPIDocument {
  static func document(version: String) -> [UInt8] {
    var writer = JSONWriter()
    writer.object { writer in
      writer.member("openapi", "3.1.0")
      writer.key("info")
      writer.object { writer in
        writer.member("title", "Tollgate control API")
        writer.member("version", version)
        writer.member("description", description)
      }
      writer.key("security")
      writer.literal(#"[{}, {"controlToken": []}]"#)
      writer.key("paths")
      writer.literal(OpenAPIPaths.json)
      writer.key("components")
      writeComponents(to: &writer)
    }
    return writer.bytes
  }

  private static let description =
    "On Tollgate's own machine reading needs no token; from elsewhere it needs the one in the file control.token of the "
    + "data directory. Booking needs the token everywhere. Every path that has GET also answers HEAD; any other method is "
    + "a 405."

  private static func writeComponents(to writer: inout JSONWriter) {
    writer.object { writer in
      writer.key("securitySchemes")
      writer.literal(#"{"controlToken": {"type": "http", "scheme": "bearer"}}"#)
      writer.key("parameters")
      writer.literal(OpenAPIParameters.json)
      writer.key("responses")
      writer.literal(problemResponse)
      writer.key("schemas")
      writer.literal(OpenAPISchemas.json)
    }
  }

  private static let problemResponse = #"""
    {"Problem": {
      "description": "An error.",
      "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    }}
    """#
}
