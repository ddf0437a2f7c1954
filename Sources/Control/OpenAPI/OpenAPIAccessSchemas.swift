/// The shapes of keys, tokens and the audit log: members of the schemas, the last one with a comma.
enum OpenAPIAccessSchemas {
  static let members = #"""
    "AccessChange": {
      "type": "object",
      "required": ["at", "by"],
      "properties": {
        "at": {"type": "string", "format": "date-time"},
        "by": {"type": "string", "description": "Whose token, or which user."}
      }
    },
    "Key": {
      "type": "object",
      "required": [
        "id",
        "name",
        "agent",
        "workflow",
        "team",
        "providers",
        "models",
        "budgets",
        "may_name",
        "expires_at",
        "created",
        "rotated",
        "previous_valid_until",
        "revoked"
      ],
      "properties": {
        "id": {"type": "string", "description": "Stands readable in the key itself."},
        "name": {"type": "string"},
        "agent": {"type": ["string", "null"], "description": "The agent of every call; null where none is bound."},
        "workflow": {"type": ["string", "null"], "description": "Likewise."},
        "team": {"type": ["string", "null"]},
        "providers": {"type": "array", "items": {"type": "string"}, "description": "Those allowed; empty: all."},
        "models": {"type": "array", "items": {"type": "string"}, "description": "Likewise."},
        "budgets": {
          "type": "array",
          "items": {"type": "string"},
          "description": "Budgets that its calls count in besides those that match, with *. Each must exist."
        },
        "may_name": {"type": "array", "items": {"type": "string", "enum": ["agent", "workflow", "run"]}},
        "expires_at": {"type": ["string", "null"], "format": "date-time"},
        "created": {"$ref": "#/components/schemas/AccessChange"},
        "rotated": {"anyOf": [{"$ref": "#/components/schemas/AccessChange"}, {"type": "null"}]},
        "previous_valid_until": {
          "type": ["string", "null"],
          "format": "date-time",
          "description": "Until when the secret before the rotation is taken too."
        },
        "revoked": {"anyOf": [{"$ref": "#/components/schemas/AccessChange"}, {"type": "null"}]}
      }
    },
    "IssuedKey": \#(OpenAPIParts.issued("Key")),
    "KeyPage": \#(OpenAPIParts.page(of: "Key")),
    "NewKey": {
      "type": "object",
      "required": ["name"],
      "additionalProperties": false,
      "properties": {
        "name": {"type": "string", "maxLength": 64},
        "agent": {"type": ["string", "null"]},
        "workflow": {"type": ["string", "null"]},
        "team": {"type": ["string", "null"]},
        "providers": {
          "type": ["array", "null"],
          "minItems": 1,
          "items": {"type": "string"},
          "description": "Names; * stands for anything. Left out: all."
        },
        "models": {
          "type": ["array", "null"],
          "minItems": 1,
          "items": {"type": "string"},
          "description": "Likewise."
        },
        "budgets": {
          "type": ["array", "null"],
          "minItems": 1,
          "items": {"type": "string"},
          "description": "Budgets that its calls count in besides those that match, with *. Each must exist."
        },
        "may_name": {
          "type": "array",
          "items": {"type": "string", "enum": ["agent", "workflow", "run"]},
          "description": "What the holder may name; the rest is not taken from requests. Default: what is not bound."
        },
        "expires_at": {"type": ["string", "null"], "description": "RFC 3339, or a date (UTC)."}
      }
    },
    "Rotation": {
      "type": "object",
      "required": [],
      "additionalProperties": false,
      "properties": {
        "overlap_seconds": {"type": "integer", "minimum": 0, "maximum": 2592000, "default": 0}
      }
    },
    "Token": {
      "type": "object",
      "required": ["id", "name", "role", "created", "revoked"],
      "properties": {
        "id": {"type": "string", "description": "Stands readable in the token itself."},
        "name": {"type": "string"},
        "role": {"type": "string", "enum": ["metrics", "viewer", "approver", "admin"]},
        "created": {"$ref": "#/components/schemas/AccessChange"},
        "revoked": {"anyOf": [{"$ref": "#/components/schemas/AccessChange"}, {"type": "null"}]}
      }
    },
    "IssuedToken": \#(OpenAPIParts.issued("Token")),
    "TokenPage": \#(OpenAPIParts.page(of: "Token")),
    "NewToken": {
      "type": "object",
      "required": ["name", "role"],
      "additionalProperties": false,
      "properties": {
        "name": {"type": "string", "maxLength": 64},
        "role": {"type": "string", "enum": ["metrics", "viewer", "approver", "admin"]}
      }
    },
    "AuditEntry": {
      "type": "object",
      "required": ["id", "at", "actor", "action", "subject", "before", "after"],
      "properties": {
        "id": {"type": "integer"},
        "at": {"type": "string", "format": "date-time"},
        "actor": {"type": "string", "description": "Whose token, or which user."},
        "action": {"type": "string", "description": "Thing and verb: key.create."},
        "subject": {"type": "string", "description": "The name of what was changed."},
        "before": {"description": "What it was; null where it was not."},
        "after": {"description": "What it is; null where it is no more."}
      }
    },
    "AuditPage": \#(OpenAPIParts.page(of: "AuditEntry")),
    """#
}
