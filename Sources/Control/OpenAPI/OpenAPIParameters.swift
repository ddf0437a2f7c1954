/// The parameters that several paths of the API take.
enum OpenAPIParameters {
  static let json = #"""
    {
      "Provider": {
        "name": "provider",
        "in": "query",
        "description": "Only this provider's.",
        "schema": {"type": "string"}
      },
      "From": {
        "name": "from",
        "in": "query",
        "description": "The first instant: RFC 3339, or a date that means its midnight in tz.",
        "schema": {"type": "string"}
      },
      "To": {
        "name": "to",
        "in": "query",
        "description": "The first instant after: likewise.",
        "schema": {"type": "string"}
      },
      "Since": {
        "name": "since",
        "in": "query",
        "description": "A duration back from now, such as 90s, 15m, 24h or 7d; excludes from.",
        "schema": {"type": "string"}
      },
      "TimeZone": {
        "name": "tz",
        "in": "query",
        "description": "UTC, an offset such as +02:00, or a zone whose offset stays the same within the range.",
        "schema": {"type": "string", "default": "UTC"}
      },
      "Limit": {
        "name": "limit",
        "in": "query",
        "description": "Rows of a page.",
        "schema": {"type": "integer", "minimum": 1, "maximum": 1000, "default": 100}
      },
      "Cursor": {
        "name": "cursor",
        "in": "query",
        "description": "The field next of the page before.",
        "schema": {"type": "string"}
      }
    }
    """#
}
