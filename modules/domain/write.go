package domain

import (
	"strings"

	"gotong/modules/kit/i18n"
)

// englishUnits are the English forms (one, many) of units whose symbol is an Indonesian word.
var englishUnits = map[UnitID][2]string{
	"household": {"household", "households"}, "person": {"person", "people"}, "unit": {"unit", "units"},
	"litre-per-second": {"L/s", "L/s"}, "connection": {"connection", "connections"}, "package": {"package", "packages"},
	"session": {"session", "sessions"}, "group": {"group", "groups"}, "business": {"business", "businesses"},
	"classroom": {"classroom", "classrooms"}, "day": {"day", "days"}, "person-day": {"person-day", "person-days"},
	"document": {"document", "documents"}, "village": {"village", "villages"},
}

// UnitSymbol gives the short word of a unit for an amount: "KK", "unit", in English "households", "units".
func UnitSymbol(lang string, amount int64, unit UnitID) string {
	if lang == "en" {
		if forms, ok := englishUnits[unit]; ok {
			if amount == 1 {
				return forms[0]
			}
			return forms[1]
		}
	}
	if u, ok := Taxonomy().Unit(unit); ok {
		return u.Symbol
	}
	return string(unit)
}

// QuantityText writes a quantity with its unit: "40 unit", "30 KK", "Rp50.000.000".
func QuantityText(local *i18n.Localizer, amount int64, unit UnitID) string {
	if unit == Money {
		return local.Rupiah(amount)
	}
	return local.Number(amount) + " " + UnitSymbol(local.Lang(), amount, unit)
}

// PlaceText writes where a place is: "Desa Temajuk, Kec. Paloh, Kab. Sambas". Village names repeat within a regency,
// so the district always stands beside.
func PlaceText(p Place) string {
	regency := strings.Replace(p.Regency, "Kabupaten ", "Kab. ", 1)
	switch p.Kind {
	case "desa", "kelurahan":
		return PlaceName(p) + ", Kec. " + p.District + ", " + regency
	case "kecamatan":
		return PlaceName(p) + ", " + regency
	}
	return PlaceName(p)
}

// PlaceName writes a place's name with the word of its kind: "Desa Temajuk", "Kabupaten Sambas".
func PlaceName(p Place) string {
	words := map[string]string{
		"provinsi": "Provinsi ", "kabupaten": "Kabupaten ", "kota": "Kota ", "kecamatan": "Kecamatan ", "desa": "Desa ", "kelurahan": "Kelurahan ",
	}
	return words[p.Kind] + p.Name
}
