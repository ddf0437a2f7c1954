/// The paths of keys, tokens and the audit log: members of the paths, the last one with a comma.
enum OpenAPIAccessPaths {
  static let members = #"""
      "/api/v1/keys": {
        "get": {
          "summary": "Virtual keys, without their secrets",
          "responses": {
            "200": {
              "description": "All of them: one page.",
              "content": {"application/json": {"schema": {"$ref": "#/components/schemas/KeyPage"}}}
            },
            \#(OpenAPIPaths.problems(400, 401, 403, 503))
          }
        },
        "post": {
          "summary": "Make a virtual key",
          "security": [{"controlToken": []}],
          "requestBody": {
            "required": true,
            "content": {"application/json": {"schema": {"$ref": "#/components/schemas/NewKey"}}}
          },
          "responses": {
            "201": {
              "description": "Made. Its secret is in this answer, and in no other.",
              "content": {"application/json": {"schema": {"$ref": "#/components/schemas/IssuedKey"}}}
            },
            \#(OpenAPIPaths.problems(400, 401, 403, 413, 415, 422, 503))
          }
        }
      },
      "/api/v1/keys/{id}": {
        "delete": {
          "summary": "Revoke a virtual key",
          "security": [{"controlToken": []}],
          "parameters": [
            {
              "name": "id",
              "in": "path",
              "required": true,
              "description": "Its name, or its id.",
              "schema": {"type": "string"}
            }
          ],
          "responses": {
            "200": {
              "description": "Revoked.",
              "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Key"}}}
            },
            \#(OpenAPIPaths.problems(400, 401, 403, 404, 413, 415, 422, 503))
          }
        }
      },
      "/api/v1/keys/{id}/rotate": {
        "post": {
          "summary": "Give a virtual key another secret",
          "security": [{"controlToken": []}],
          "parameters": [
            {
              "name": "id",
              "in": "path",
              "required": true,
              "description": "Its name, or its id.",
              "schema": {"type": "string"}
            }
          ],
          "requestBody": {
            "required": true,
            "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Rotation"}}}
          },
          "responses": {
            "200": {
              "description": "The key with its new secret.",
              "content": {"application/json": {"schema": {"$ref": "#/components/schemas/IssuedKey"}}}
            },
            \#(OpenAPIPaths.problems(400, 401, 403, 404, 413, 415, 422, 503))
          }
        }
      },
      "/api/v1/tokens": {
        "get": {
          "summary": "Named control tokens, without their secrets",
          "responses": {
            "200": {
              "description": "All of them: one page.",
              "content": {"application/json": {"schema": {"$ref": "#/components/schemas/TokenPage"}}}
            },
            \#(OpenAPIPaths.problems(400, 401, 403, 503))
          }
        },
        "post": {
          "summary": "Make a control token",
          "security": [{"controlToken": []}],
          "requestBody": {
            "required": true,
            "content": {"application/json": {"schema": {"$ref": "#/components/schemas/NewToken"}}}
          },
          "responses": {
            "201": {
              "description": "Made. Its secret is in this answer, and in no other.",
              "content": {"application/json": {"schema": {"$ref": "#/components/schemas/IssuedToken"}}}
            },
            \#(OpenAPIPaths.problems(400, 401, 403, 413, 415, 422, 503))
          }
        }
      },
      "/api/v1/tokens/{id}": {
        "delete": {
          "summary": "Revoke a control token",
          "security": [{"controlToken": []}],
          "parameters": [
            {
              "name": "id",
              "in": "path",
              "required": true,
              "description": "Its name, or its id.",
              "schema": {"type": "string"}
            }
          ],
          "responses": {
            "200": {
              "description": "Revoked.",
              "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Token"}}}
            },
            \#(OpenAPIPaths.problems(400, 401, 403, 404, 413, 415, 422, 503))
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
            {"$ref": "#/components/parameters/From"},
            {"$ref": "#/components/parameters/To"},
            {"$ref": "#/components/parameters/Since"},
            {"$ref": "#/components/parameters/TimeZone"},
            {"$ref": "#/components/parameters/Limit"},
            {"$ref": "#/components/parameters/Cursor"}
          ],
          "responses": {
            "200": {
              "description": "A page.",
              "content": {"application/json": {"schema": {"$ref": "#/components/schemas/AuditPage"}}}
            },
            \#(OpenAPIPaths.problems(400, 401, 403, 503))
          }
        }
      },
    """#
}
