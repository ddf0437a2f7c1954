/// What stands in the API's description again and again.
enum OpenAPIParts {
  /// An answer that has JSON of a schema.
  static func answer(_ status: Int, _ description: String, _ schema: String) -> String {
    #"""
    "\#(status)": {
      "description": "\#(description)",
      "content": {"application/json": {"schema": {"$ref": "#/components/schemas/\#(schema)"}}}
    }
    """#
  }

  /// The errors that a path can answer with.
  static func problems(_ statuses: Int...) -> String {
    statuses.map { ##""\##($0)": {"$ref": "#/components/responses/Problem"}"## }.joined(separator: ", ")
  }

  /// The body that a request has to have.
  static func body(_ schema: String) -> String {
    #"""
    "requestBody": {
      "required": true,
      "content": {"application/json": {"schema": {"$ref": "#/components/schemas/\#(schema)"}}}
    }
    """#
  }

  /// The parameter in a path.
  static func id(_ description: String) -> String {
    #"""
    {"name": "id", "in": "path", "required": true, "description": "\#(description)", "schema": {"type": "string"}}
    """#
  }

  /// The parameters of what has a time.
  static let range = parameters("From", "To", "Since", "TimeZone")

  /// The parameters of lists.
  static let paging = parameters("Limit", "Cursor")

  private static func parameters(_ names: String...) -> String {
    names.map { ##"{"$ref": "#/components/parameters/\##($0)"}"## }.joined(separator: ", ")
  }

  /// The schema of a page.
  static func page(of rows: String) -> String {
    #"""
    {
      "type": "object",
      "required": ["rows", "next"],
      "properties": {
        "rows": {"type": "array", "items": {"$ref": "#/components/schemas/\#(rows)"}},
        "next": {"type": ["string", "null"], "description": "The cursor of the next page; null on the last."}
      }
    }
    """#
  }

  /// The schema of what has just been made: the thing, and its secret.
  static func issued(_ thing: String) -> String {
    #"""
    {
      "allOf": [
        {"$ref": "#/components/schemas/\#(thing)"},
        {
          "type": "object",
          "required": ["secret"],
          "properties": {"secret": {"type": "string", "description": "The whole text, shown this once."}}
        }
      ]
    }
    """#
  }
}
