internal import Observability

/// Amounts of money as decimal numbers of USD.
public enum MoneyText {
  /// The amount exactly, to the pico-dollar, without trailing zeros.
  public static func usd(_ picodollars: Int128) -> String {
    DecimalText.text(picodollars, fractionDigits: MoneyCounter.fractionDigits)
  }
}
