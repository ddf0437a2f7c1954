/// The paths of budgets: members of the paths, the last one with a comma.
enum OpenAPIBudgetPaths {
  static let members = #"""
      "/api/v1/budgets": {
        "get": {
          "summary": "Budgets in force, with their windows",
          "responses": {
            "200": {
              "description": "All of them, by name: one page.",
              "content": {"application/json": {"schema": {"$ref": "#/components/schemas/BudgetPage"}}}
            },
            \#(OpenAPIPaths.problems(400, 401, 403))
          }
        }
      },
      "/api/v1/budgets/{id}": {
        "get": {
          "summary": "One budget",
          "parameters": [\#(name)],
          "responses": {
            "200": {\#(budget("The budget."))},
            \#(OpenAPIPaths.problems(400, 401, 403, 404))
          }
        },
        "put": {
          "summary": "Make a budget, or put another in its place; what was spent of it stays",
          "security": [{"controlToken": []}],
          "parameters": [\#(name)],
          "requestBody": {
            "required": true,
            "content": {"application/json": {"schema": {"$ref": "#/components/schemas/NewBudget"}}}
          },
          "responses": {
            "200": {\#(budget("Changed."))},
            "201": {\#(budget("Made."))},
            \#(OpenAPIPaths.problems(400, 401, 403, 413, 415, 422, 503))
          }
        },
        "patch": {
          "summary": "Change members of a budget; what the body leaves out stays",
          "security": [{"controlToken": []}],
          "parameters": [\#(name)],
          "requestBody": {
            "required": true,
            "content": {"application/json": {"schema": {"$ref": "#/components/schemas/NewBudget"}}}
          },
          "responses": {
            "200": {\#(budget("Changed."))},
            \#(OpenAPIPaths.problems(400, 401, 403, 404, 413, 415, 422, 503))
          }
        },
        "delete": {
          "summary": "Take a budget out",
          "security": [{"controlToken": []}],
          "parameters": [\#(name)],
          "responses": {
            "200": {\#(budget("As it was."))},
            \#(OpenAPIPaths.problems(400, 401, 403, 404, 413, 415, 422, 503))
          }
        }
      },
      "/api/v1/budgets/{id}/raise": {
        "post": {
          "summary": "Raise a limit for a time, also one of the configuration",
          "security": [{"controlToken": []}],
          "parameters": [\#(name)],
          "requestBody": {
            "required": true,
            "content": {"application/json": {"schema": {"$ref": "#/components/schemas/NewRaise"}}}
          },
          "responses": {
            "201": {\#(budget("Raised."))},
            \#(OpenAPIPaths.problems(400, 401, 403, 404, 413, 415, 422, 503))
          }
        }
      },
      "/api/v1/explain": {
        "get": {
          "summary": "What budgets would decide of a call, and what it is thought to cost",
          "parameters": [
            {"name": "model", "in": "query", "required": true, "schema": {"type": "string"}},
            {
              "name": "provider",
              "in": "query",
              "description": "By default the first that has a price for the model.",
              "schema": {"type": "string"}
            },
            {"name": "agent", "in": "query", "schema": {"type": "string", "default": "unknown"}},
            {"name": "workflow", "in": "query", "schema": {"type": "string", "default": "default"}},
            {"name": "run", "in": "query", "schema": {"type": "string"}},
            {"name": "key", "in": "query", "description": "A key's name.", "schema": {"type": "string"}},
            {"name": "team", "in": "query", "schema": {"type": "string"}},
            {
              "name": "input_tokens",
              "in": "query",
              "description": "Tokens of the prompt.",
              "schema": {"type": "integer", "minimum": 0, "default": 1000}
            },
            {
              "name": "max_tokens",
              "in": "query",
              "description": "The limit of the reply that the call names; without it the model's maximum.",
              "schema": {"type": "integer", "minimum": 0}
            }
          ],
          "responses": {
            "200": {
              "description": "What each matching budget would decide now. Nothing is reserved.",
              "content": {"application/json": {"schema": {"$ref": "#/components/schemas/CallExplanation"}}}
            },
            \#(OpenAPIPaths.problems(400, 401, 403, 404))
          }
        }
      },
      "/api/v1/simulate": {
        "post": {
          "summary": "What budgets would have refused, by the calls of the ledger",
          "security": [{"controlToken": []}],
          "requestBody": {
            "required": true,
            "content": {"application/json": {"schema": {"$ref": "#/components/schemas/NewSimulation"}}}
          },
          "responses": {
            "200": {
              "description": "By budget, scope and workflow.",
              "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Simulation"}}}
            },
            \#(OpenAPIPaths.problems(400, 401, 403, 413, 415, 422, 503))
          }
        }
      },
    """#

  private static let name = #"""
    {"name": "id", "in": "path", "required": true, "description": "Its name.", "schema": {"type": "string"}}
    """#

  private static func budget(_ description: String) -> String {
    #"""
    "description": "\#(description)",
    "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Budget"}}}
    """#
  }
}
