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
            "400": {"$ref": "#/components/responses/Problem"},
            "401": {"$ref": "#/components/responses/Problem"},
            "403": {"$ref": "#/components/responses/Problem"},
            "503": {"$ref": "#/components/responses/Problem"}
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
            "400": {"$ref": "#/components/responses/Problem"},
            "401": {"$ref": "#/components/responses/Problem"},
            "403": {"$ref": "#/components/responses/Problem"},
            "413": {"$ref": "#/components/responses/Problem"},
            "415": {"$ref": "#/components/responses/Problem"},
            "422": {"$ref": "#/components/responses/Problem"},
            "503": {"$ref": "#/components/responses/Problem"}
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
            "400": {"$ref": "#/components/responses/Problem"},
            "401": {"$ref": "#/components/responses/Problem"},
            "403": {"$ref": "#/components/responses/Problem"},
            "404": {"$ref": "#/components/responses/Problem"},
            "413": {"$ref": "#/components/responses/Problem"},
            "415": {"$ref": "#/components/responses/Problem"},
            "422": {"$ref": "#/components/responses/Problem"},
            "503": {"$ref": "#/components/responses/Problem"}
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
            "400": {"$ref": "#/components/responses/Problem"},
            "401": {"$ref": "#/components/responses/Problem"},
            "403": {"$ref": "#/components/responses/Problem"},
            "404": {"$ref": "#/components/responses/Problem"},
            "413": {"$ref": "#/components/responses/Problem"},
            "415": {"$ref": "#/components/responses/Problem"},
            "422": {"$ref": "#/components/responses/Problem"},
            "503": {"$ref": "#/components/responses/Problem"}
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
            "400": {"$ref": "#/components/responses/Problem"},
            "401": {"$ref": "#/components/responses/Problem"},
            "403": {"$ref": "#/components/responses/Problem"},
            "503": {"$ref": "#/components/responses/Problem"}
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
            "400": {"$ref": "#/components/responses/Problem"},
            "401": {"$ref": "#/components/responses/Problem"},
            "403": {"$ref": "#/components/responses/Problem"},
            "413": {"$ref": "#/components/responses/Problem"},
            "415": {"$ref": "#/components/responses/Problem"},
            "422": {"$ref": "#/components/responses/Problem"},
            "503": {"$ref": "#/components/responses/Problem"}
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
            "400": {"$ref": "#/components/responses/Problem"},
            "401": {"$ref": "#/components/responses/Problem"},
            "403": {"$ref": "#/components/responses/Problem"},
            "404": {"$ref": "#/components/responses/Problem"},
            "413": {"$ref": "#/components/responses/Problem"},
            "415": {"$ref": "#/components/responses/Problem"},
            "422": {"$ref": "#/components/responses/Problem"},
            "503": {"$ref": "#/components/responses/Problem"}
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
            {
              "name": "from",
              "in": "query",
              "description": "The first instant: RFC 3339, or a date that means its midnight in tz.",
              "schema": {"type": "string"}
            },
            {
              "name": "to",
              "in": "query",
              "description": "The first instant after: likewise.",
              "schema": {"type": "string"}
            },
            {
              "name": "since",
              "in": "query",
              "description": "A duration back from now, such as 90s, 15m, 24h or 7d; excludes from.",
              "schema": {"type": "string"}
            },
            {
              "name": "tz",
              "in": "query",
              "description": "UTC, an offset such as +02:00, or a zone whose offset stays the same within the range.",
              "schema": {"type": "string", "default": "UTC"}
            },
            {
              "name": "limit",
              "in": "query",
              "description": "Rows of a page.",
              "schema": {"type": "integer", "minimum": 1, "maximum": 1000, "default": 100}
            },
            {
              "name": "cursor",
              "in": "query",
              "description": "The field next of the page before.",
              "schema": {"type": "string"}
            }
          ],
          "responses": {
            "200": {
              "description": "A page.",
              "content": {"application/json": {"schema": {"$ref": "#/components/schemas/AuditPage"}}}
            },
            "400": {"$ref": "#/components/responses/Problem"},
            "401": {"$ref": "#/components/responses/Problem"},
            "403": {"$ref": "#/components/responses/Problem"},
            "503": {"$ref": "#/components/responses/Problem"}
          }
        }
      },
    """#
}
