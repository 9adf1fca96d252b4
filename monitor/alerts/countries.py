"""Names of the countries that alerts speak of, by ISO 3166-1 alpha-2 code. Pure."""

from __future__ import annotations

_NAMES = {
    "AE": "United Arab Emirates", "AF": "Afghanistan", "AM": "Armenia", "AZ": "Azerbaijan", "BF": "Burkina Faso",
    "BH": "Bahrain", "BY": "Belarus", "CF": "Central African Republic", "CM": "Cameroon", "CU": "Cuba",
    "CY": "Cyprus", "DE": "Germany", "DJ": "Djibouti", "DZ": "Algeria", "EG": "Egypt", "ER": "Eritrea",
    "ES": "Spain", "ET": "Ethiopia", "FR": "France", "GB": "United Kingdom", "GE": "Georgia", "GR": "Greece",
    "GU": "Guam", "HN": "Honduras", "IL": "Israel", "IN": "India", "IO": "British Indian Ocean Territory",
    "IQ": "Iraq", "IR": "Iran", "IT": "Italy", "JO": "Jordan", "JP": "Japan", "KE": "Kenya", "KR": "South Korea",
    "KW": "Kuwait", "LB": "Lebanon", "LY": "Libya", "ML": "Mali", "NE": "Niger", "NG": "Nigeria",
    "NL": "Netherlands", "OM": "Oman", "PH": "Philippines", "PK": "Pakistan", "PL": "Poland", "PS": "Palestine",
    "QA": "Qatar", "RO": "Romania", "RU": "Russia", "SA": "Saudi Arabia", "SD": "Sudan", "SO": "Somalia",
    "SS": "South Sudan", "SY": "Syria", "TD": "Chad", "TR": "Turkey", "UA": "Ukraine", "US": "United States",
    "UZ": "Uzbekistan", "XK": "Kosovo", "YE": "Yemen",
}  # fmt: skip


def country_name(code: str) -> str:
    """`Iraq` for `IQ`; a code that is not listed is its own name, an empty one stays empty."""
    return _NAMES.get(code.upper(), code)
