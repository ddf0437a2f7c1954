/// What hard budgets must keep to, said as shortly as possible: what is settled and reserved in each account, and the limits.
///
/// Accounts are numbers: of a budget, a scope of it, and an hour.
struct BudgetModel {
  static let budgets = 3
  static let scopes = 6
  static let hours = 64
  let limits: [Int64]
  var settled = [Int64](repeating: 0, count: budgets * scopes * hours)
  var reserved = [Int64](repeating: 0, count: budgets * scopes * hours)

  static func account(budget: Int, scope: Int, hour: Int) -> Int { (hour * budgets + budget) * scopes + scope }
  static func budget(of account: Int) -> Int { account / scopes % budgets }

  func left(_ account: Int) -> Int64 { limits[Self.budget(of: account)] - settled[account] }

  func isExhausted(_ accounts: [Int], _ amount: Int64) -> Bool { accounts.contains { amount > left($0) } }

  func isContended(_ accounts: [Int], _ amount: Int64) -> Bool {
    accounts.contains { amount > left($0) - reserved[$0] }
  }

  mutating func reserve(_ accounts: [Int], _ amount: Int64) {
    for account in accounts { reserved[account] += amount }
  }

  mutating func settle(_ accounts: [Int], reserved amount: Int64, used: Int64) {
    for account in accounts {
      reserved[account] -= amount
      settled[account] += used
    }
  }

  /// Whether nowhere more is settled and reserved than the limit, and nothing below 0.
  func holds(_ accounts: [Int]) -> Bool {
    accounts.allSatisfy { reserved[$0] >= 0 && reserved[$0] <= left($0) }
  }
}
