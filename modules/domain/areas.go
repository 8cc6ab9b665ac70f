package domain

import (
	"context"
	"slices"
	"strings"

	"gotong/modules/kit/web"
)

// AreaOptions offers the provinces, or where the portal serves one, that province and its regencies. Children lists the
// regions one level below (of "": the provinces).
func AreaOptions(ctx context.Context, children func(context.Context, RegionCode) ([]Place, error)) []web.Option {
	provinces, err := children(ctx, "")
	if err != nil {
		return nil
	}
	var out []web.Option
	for _, p := range provinces {
		out = append(out, web.Option{Value: string(p.Code), Label: PlaceName(p)})
	}
	if len(provinces) != 1 {
		return out
	}
	regencies, err := children(ctx, provinces[0].Code)
	if err != nil {
		return out
	}
	for _, p := range regencies {
		out = append(out, web.Option{Value: string(p.Code), Label: PlaceName(p)})
	}
	return out
}

// SplitAreas tells which areas are among the options, and writes the rest as codes to type.
func SplitAreas(areas []RegionCode, options []web.Option) (picked []string, typed string) {
	var rest []RegionCode
	for _, a := range areas {
		if slices.ContainsFunc(options, func(o web.Option) bool { return o.Value == string(a) }) {
			picked = append(picked, string(a))
		} else {
			rest = append(rest, a)
		}
	}
	return picked, CodesText(rest)
}

// CodesText writes region codes as they are typed.
func CodesText(codes []RegionCode) string {
	var out []string
	for _, c := range codes {
		out = append(out, string(c))
	}
	return strings.Join(out, ", ")
}

// ReadCodes reads region codes with commas, semicolons or spaces between.
func ReadCodes(text string) (codes []RegionCode, ok bool) {
	ok = true
	for _, word := range strings.FieldsFunc(text, func(r rune) bool { return r == ',' || r == ';' || r == ' ' || r == '\n' }) {
		code, err := ParseRegionCode(word)
		if err != nil {
			ok = false
			continue
		}
		if !slices.Contains(codes, code) {
			codes = append(codes, code)
		}
	}
	return codes, ok
}
