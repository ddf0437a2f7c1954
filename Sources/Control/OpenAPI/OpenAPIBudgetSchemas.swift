/// The shapes of budgets: members of the schemas, the last one with a comma.
enum OpenAPIBudgetSchemas {
  static let members = #"""
    "BudgetMatch": {
      "type": "object",
      "description": "Which calls count; a list names values and globs, and what is missing takes all.",
      "properties": {
        "agent": {"$ref": "#/components/schemas/Patterns"},
        "workflow": {"$ref": "#/components/schemas/Patterns"},
        "key": {"$ref": "#/components/schemas/Patterns"},
        "team": {"$ref": "#/components/schemas/Patterns"},
        "provider": {"$ref": "#/components/schemas/Patterns"},
        "model": {"$ref": "#/components/schemas/Patterns"}
      }
    },
    "Patterns": {
      "anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}],
      "description": "Written as a list."
    },
    "BudgetAlert": {
      "type": "object",
      "required": ["at"],
      "properties": {
        "at": {"type": "string", "description": "80%, refusing or forecast."},
        "to": {"$ref": "#/components/schemas/Patterns"}
      }
    },
    "NewBudget": {
      "type": "object",
      "description": "The keys and texts of the configuration.",
      "properties": {
        "name": {"type": "string", "description": "That of the path; needed where no path names it."},
        \#(terms)
      }
    },
    "Budget": {
      "type": "object",
      "required": [
        "name", "match", "each", "limit", "every", "timezone", "mode", "bound", "clamp", "on_exhausted", "subscriptions",
        "alerts", "source", "last_matched_at", "waiting", "open_scopes", "exhausted_scopes", "decisions", "overruns",
        "raises", "windows"
      ],
      "properties": {
        "name": {"type": "string"},
        \#(terms),
        "source": {
          "type": "string",
          "enum": ["configuration", "api"],
          "description": "What is in the configuration, only that changes; here it can be raised."
        },
        "last_matched_at": {
          "type": ["string", "null"],
          "format": "date-time",
          "description": "When it last matched a call of this process."
        },
        "waiting": {"type": "integer", "description": "Calls that wait for it."},
        "open_scopes": {"type": "integer", "description": "Scopes that have something left."},
        "exhausted_scopes": {"type": "integer"},
        "decisions": {
          "type": "object",
          "description": "How often it decided what since the process began.",
          "additionalProperties": {"type": "integer"}
        },
        "overruns": {
          "type": "object",
          "required": ["calls", "amount"],
          "properties": {
            "calls": {"type": "integer", "description": "Calls that used more than they had reserved."},
            "amount": {"type": "string"}
          }
        },
        "raises": {"type": "array", "items": {"$ref": "#/components/schemas/Raise"}},
        "windows": {
          "type": "array",
          "description": "Those of now, the most used first; 1,000 at most.",
          "items": {"$ref": "#/components/schemas/BudgetWindow"}
        }
      }
    },
    "BudgetPage": {
      "type": "object",
      "required": ["rows", "next"],
      "properties": {
        "rows": {"type": "array", "items": {"$ref": "#/components/schemas/Budget"}},
        "next": {"type": "null"}
      }
    },
    "BudgetWindow": {
      "type": "object",
      "required": ["scope", "start", "end", "limit", "spent", "reserved", "used_ratio", "exhaustion_at"],
      "properties": {
        "scope": {"type": "string", "description": "workflow=x, or all where one limit is shared."},
        "start": {"type": ["string", "null"], "format": "date-time", "description": "Null where it counts for ever."},
        "end": {"type": ["string", "null"], "format": "date-time", "description": "Null where it does not end."},
        "limit": {"type": "string", "description": "With its unit, raises included."},
        "spent": {"type": "string", "description": "Settled."},
        "reserved": {"type": "string", "description": "By calls in flight."},
        "used_ratio": {"type": "number"},
        "exhaustion_at": {
          "type": ["string", "null"],
          "format": "date-time",
          "description": "When it will be used up at its rate so far; null where it will not, or too little is known."
        }
      }
    },
    "NewRaise": {
      "type": "object",
      "required": ["amount", "reason"],
      "properties": {
        "amount": {"type": "string", "description": "As limits are written: 50 USD."},
        "until": {"type": "string", "format": "date-time"},
        "for": {"type": "string", "description": "Instead of until: 30m, 2h, 1d."},
        "reason": {"type": "string"},
        "scope": {"type": ["string", "null"], "description": "workflow=x; without it every scope is raised."}
      }
    },
    "Raise": {
      "type": "object",
      "required": ["amount", "until", "scope", "reason"],
      "properties": {
        "amount": {"type": "string"},
        "until": {"type": "string", "format": "date-time"},
        "scope": {"type": ["string", "null"]},
        "reason": {"type": "string"}
      }
    },
    "CallExplanation": {
      "type": "object",
      "required": [
        "provider", "priced_as", "expected_from", "expected_usd", "expected_tokens", "hard_usd", "hard_tokens", "prompt",
        "budgets"
      ],
      "properties": {
        "provider": {"type": "string"},
        "priced_as": {"type": ["string", "null"]},
        "expected_from": {"type": "string", "enum": ["history", "counts"]},
        "expected_usd": {"type": "string"},
        "expected_tokens": {"type": "integer"},
        "hard_usd": {"type": ["string", "null"], "description": "The most that it can cost; null where nothing bounds it."},
        "hard_tokens": {"type": ["integer", "null"]},
        "prompt": {
          "type": ["object", "null"],
          "description": "How long the prompt can be of the call that was asked about; null where no call was named.",
          "required": ["tokens_by_bytes", "tokens_by_report", "taken"],
          "properties": {
            "tokens_by_bytes": {"type": ["integer", "null"]},
            "tokens_by_report": {
              "type": ["integer", "null"],
              "description": "By what the provider reported of the request or response before it."
            },
            "taken": {"enum": ["bytes", "predecessor", "response", null]}
          }
        },
        "budgets": {"type": "array", "items": {"$ref": "#/components/schemas/BudgetExplanation"}}
      }
    },
    "BudgetExplanation": {
      "type": "object",
      "required": ["budget", "decision", "expected", "hard", "reserves", "clamp_output_tokens", "window"],
      "properties": {
        "budget": {"type": "string"},
        "decision": {"type": "string"},
        "expected": {"type": "string"},
        "hard": {"type": ["string", "null"]},
        "reserves": {"type": ["string", "null"]},
        "clamp_output_tokens": {"type": ["integer", "null"]},
        "window": {"$ref": "#/components/schemas/BudgetWindow"}
      }
    },
    "NewSimulation": {
      "type": "object",
      "required": ["budgets"],
      "properties": {
        "budgets": {"type": "array", "items": {"$ref": "#/components/schemas/NewBudget"}},
        "since": {"type": "string", "description": "A duration back from now, such as 7d; excludes from."},
        "from": {"type": "string"},
        "to": {"type": "string"},
        "tz": {"type": "string", "default": "UTC"}
      }
    },
    "Simulation": {
      "type": "object",
      "required": ["from", "to", "calls", "rows"],
      "properties": {
        "from": {"type": "string", "format": "date-time"},
        "to": {"type": "string", "format": "date-time"},
        "calls": {"type": "integer", "description": "Calls that were replayed."},
        "rows": {"type": "array", "items": {"$ref": "#/components/schemas/SimulatedRefusals"}}
      }
    },
    "SimulatedRefusals": {
      "type": "object",
      "required": [
        "budget", "scope", "workflow", "refusals", "first_refusal_at", "last_refusal_at", "waits", "waits_in_vain",
        "saved_usd", "saved_tokens"
      ],
      "properties": {
        "budget": {"type": "string"},
        "scope": {"type": "string"},
        "workflow": {"type": "string"},
        "refusals": {"type": "integer"},
        "first_refusal_at": {"type": ["string", "null"], "format": "date-time"},
        "last_refusal_at": {"type": ["string", "null"], "format": "date-time"},
        "waits": {"type": "integer"},
        "waits_in_vain": {"type": "integer", "description": "Refusals after waiting in vain."},
        "saved_usd": {"type": "string", "description": "What the refused calls cost."},
        "saved_tokens": {"type": "integer"}
      }
    },
    """#

  private static let terms = #"""
    "match": {"$ref": "#/components/schemas/BudgetMatch"},
    "each": {
      "type": ["string", "null"],
      "enum": ["agent", "workflow", "key", "team", "provider", "model", "run", null],
      "description": "What has the limit for itself; null: all share it."
    },
    "limit": {"type": "string", "description": "200 USD, 2M tokens, 500 calls or 200 tool_calls."},
    "every": {"type": "string", "description": "hour, day, week, month, total or rolling 24h.", "default": "day"},
    "timezone": {"type": "string", "default": "UTC"},
    "mode": {"type": "string", "enum": ["enforce", "observe"], "default": "enforce"},
    "bound": {"type": "string", "enum": ["expected", "hard"], "default": "expected"},
    "clamp": {"type": "string", "enum": ["on", "off"], "default": "off"},
    "on_exhausted": {"type": "string", "enum": ["deny", "hold", "warn"], "default": "deny"},
    "subscriptions": {"type": "string", "enum": ["on", "off"], "default": "off"},
    "alerts": {"type": "array", "items": {"$ref": "#/components/schemas/BudgetAlert"}}
    """#
}
