package domain

import (
	"slices"

	"gotong/modules/kit/sheet"
)

// CategoryCells are the categories as cells of a table name them.
func CategoryCells() (list []sheet.Choice) {
	for _, c := range Taxonomy().Categories() {
		list = append(list, sheet.Choice{Value: string(c.ID), Words: []string{c.Name.ID, c.Name.EN}})
	}
	return list
}

// UnitCells are a category's units as cells of a table name them, those that it had before too.
func UnitCells(c Category) (list []sheet.Choice) {
	for _, id := range slices.Concat(c.Units, c.Former) {
		u, _ := Taxonomy().Unit(id)
		list = append(list, sheet.Choice{Value: string(id), Words: []string{u.Name.ID, u.Name.EN, u.Symbol, UnitSymbol("en", 1, id), UnitSymbol("en", 2, id)}})
	}
	return list
}

// IndicatorCells are the indicators as cells of a table name them.
func IndicatorCells() (list []sheet.Choice) {
	for _, i := range Indicators() {
		list = append(list, sheet.Choice{Value: i.ID, Words: []string{i.Name.ID, i.Name.EN}})
	}
	return list
}
