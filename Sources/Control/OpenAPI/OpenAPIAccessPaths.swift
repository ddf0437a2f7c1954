/// The paths of keys, tokens and the audit log: members of the paths, the last one with a comma.
enum OpenAPIAccessPaths {
  static let members = #"""
      "/api/v1/keys": {
        "get": {
          "summary": "Virtual keys, without their secrets",
          "responses": {
            \#(OpenAPIParts.answer(200, "All of them: one page.", "KeyPage")),
            \#(OpenAPIParts.problems(400, 401, 403, 503))
          }
        },
        "post": {
          "summary": "Make a virtual key",
          "security": [{"controlToken": []}],
          \#(OpenAPIParts.body("NewKey")),
          "responses": {
            \#(OpenAPIParts.answer(201, "Made. Its secret is in this answer, and in no other.", "IssuedKey")),
            \#(OpenAPIParts.problems(400, 401, 403, 413, 415, 422, 503))
          }
        }
      },
      "/api/v1/keys/{id}": {
        "delete": {
          "summary": "Revoke a virtual key",
          "security": [{"controlToken": []}],
          "parameters": [\#(OpenAPIParts.id("Its name, or its id."))],
          "responses": {
            \#(OpenAPIParts.answer(200, "Revoked.", "Key")),
            \#(OpenAPIParts.problems(400, 401, 403, 404, 413, 415, 422, 503))
          }
        }
      },
      "/api/v1/keys/{id}/rotate": {
        "post": {
          "summary": "Give a virtual key another secret",
          "security": [{"controlToken": []}],
          "parameters": [\#(OpenAPIParts.id("Its name, or its id."))],
          \#(OpenAPIParts.body("Rotation")),
          "responses": {
            \#(OpenAPIParts.answer(200, "The key with its new secret.", "IssuedKey")),
            \#(OpenAPIParts.problems(400, 401, 403, 404, 413, 415, 422, 503))
          }
        }
      },
      "/api/v1/tokens": {
        "get": {
          "summary": "Named control tokens, without their secrets",
          "responses": {
            \#(OpenAPIParts.answer(200, "All of them: one page.", "TokenPage")),
            \#(OpenAPIParts.problems(400, 401, 403, 503))
          }
        },
        "post": {
          "summary": "Make a control token",
          "security": [{"controlToken": []}],
          \#(OpenAPIParts.body("NewToken")),
          "responses": {
            \#(OpenAPIParts.answer(201, "Made. Its secret is in this answer, and in no other.", "IssuedToken")),
            \#(OpenAPIParts.problems(400, 401, 403, 413, 415, 422, 503))
          }
        }
      },
      "/api/v1/tokens/{id}": {
        "delete": {
          "summary": "Revoke a control token",
          "security": [{"controlToken": []}],
          "parameters": [\#(OpenAPIParts.id("Its name, or its id."))],
          "responses": {
            \#(OpenAPIParts.answer(200, "Revoked.", "Token")),
            \#(OpenAPIParts.problems(400, 401, 403, 404, 413, 415, 422, 503))
          }
        }
      },
      "/api/v1/audit": {
        "get": {
          "summary": "Who changed what, newest first",
          "parameters": [
            {
              "name": "actor",
              "in": "query",
              "description": "Only what this token or user did.",
              "schema": {"type": "string"}
            },
            {
              "name": "action",
              "in": "query",
              "description": "Only this action (key.create), or all of one thing (key).",
              "schema": {"type": "string"}
            },
            {
              "name": "subject",
              "in": "query",
              "description": "Only what was done to this one.",
              "schema": {"type": "string"}
            },
            \#(OpenAPIParts.range),
            \#(OpenAPIParts.paging)
          ],
          "responses": {
            \#(OpenAPIParts.answer(200, "A page.", "AuditPage")),
            \#(OpenAPIParts.problems(400, 401, 403, 503))
          }
        }
      },
    """#
}
