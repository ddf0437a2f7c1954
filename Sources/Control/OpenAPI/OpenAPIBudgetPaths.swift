/// The paths of budgets: members of the paths, the last one with a comma.
enum OpenAPIBudgetPaths {
  static let members = #"""
      "/api/v1/budgets": {
        "get": {
          "summary": "Budgets in force, with their windows",
          "responses": {
            \#(OpenAPIParts.answer(200, "All of them, by name: one page.", "BudgetPage")),
            \#(OpenAPIParts.problems(400, 401, 403))
          }
        }
      },
      "/api/v1/budgets/{id}": {
        "get": {
          "summary": "One budget",
          "parameters": [\#(OpenAPIParts.id("Its name."))],
          "responses": {
            \#(OpenAPIParts.answer(200, "The budget.", "Budget")),
            \#(OpenAPIParts.problems(400, 401, 403, 404))
          }
        },
        "put": {
          "summary": "Make a budget, or put another in its place; what was spent of it stays",
          "security": [{"controlToken": []}],
          "parameters": [\#(OpenAPIParts.id("Its name."))],
          \#(OpenAPIParts.body("NewBudget")),
          "responses": {
            \#(OpenAPIParts.answer(200, "Changed.", "Budget")),
            \#(OpenAPIParts.answer(201, "Made.", "Budget")),
            \#(OpenAPIParts.problems(400, 401, 403, 413, 415, 422, 503))
          }
        },
        "patch": {
          "summary": "Change members of a budget; what the body leaves out stays",
          "security": [{"controlToken": []}],
          "parameters": [\#(OpenAPIParts.id("Its name."))],
          \#(OpenAPIParts.body("NewBudget")),
          "responses": {
            \#(OpenAPIParts.answer(200, "Changed.", "Budget")),
            \#(OpenAPIParts.problems(400, 401, 403, 404, 413, 415, 422, 503))
          }
        },
        "delete": {
          "summary": "Take a budget out",
          "security": [{"controlToken": []}],
          "parameters": [\#(OpenAPIParts.id("Its name."))],
          "responses": {
            \#(OpenAPIParts.answer(200, "As it was.", "Budget")),
            \#(OpenAPIParts.problems(400, 401, 403, 404, 413, 415, 422, 503))
          }
        }
      },
      "/api/v1/budgets/{id}/raise": {
        "post": {
          "summary": "Raise a limit for a time, also one of the configuration",
          "security": [{"controlToken": []}],
          "parameters": [\#(OpenAPIParts.id("Its name."))],
          \#(OpenAPIParts.body("NewRaise")),
          "responses": {
            \#(OpenAPIParts.answer(201, "Raised.", "Budget")),
            \#(OpenAPIParts.problems(400, 401, 403, 404, 413, 415, 422, 503))
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
            },
            {
              "name": "call",
              "in": "query",
              "description": "A call whose prompt is meant, of the last 1,024 that a hard budget asked about.",
              "schema": {"type": "string"}
            }
          ],
          "responses": {
            \#(OpenAPIParts.answer(200, "What each matching budget would decide now. Nothing is reserved.", "CallExplanation")),
            \#(OpenAPIParts.problems(400, 401, 403, 404))
          }
        }
      },
      "/api/v1/simulate": {
        "post": {
          "summary": "What budgets would have refused, by the calls of the ledger",
          "security": [{"controlToken": []}],
          \#(OpenAPIParts.body("NewSimulation")),
          "responses": {
            \#(OpenAPIParts.answer(200, "By budget, scope and workflow.", "Simulation")),
            \#(OpenAPIParts.problems(400, 401, 403, 413, 415, 422, 503))
          }
        }
      },
    """#
}
