package plans

import (
	"errors"
	"io"
	"slices"
	"strconv"

	"gotong/modules/domain"
	"gotong/modules/kit/apperr"
	"gotong/modules/kit/sheet"
	"gotong/modules/kit/web"
)

// fix gives what people decided: on the lines that were shown by what they ticked, on others as before. Free gives lines back to the
// search that an earlier plan left out.
func (r *Report) fix(before []Fixed, shown, keep, drop, free []string) []Fixed {
	var out []Fixed
	key := func(f Fixed) string { return string(f.Offer) + "/" + string(f.Need) }
	for _, f := range before {
		if !slices.Contains(shown, key(f)) && !slices.Contains(free, key(f)) {
			out = append(out, f)
		}
	}
	for _, l := range r.Lines {
		switch k := lineKey(l); {
		case !slices.Contains(shown, k):
		case slices.Contains(drop, k):
			out = append(out, Fixed{Offer: l.Offer.ID, Need: l.Need.ID})
		case slices.Contains(keep, k):
			out = append(out, Fixed{Offer: l.Offer.ID, Need: l.Need.ID, Units: l.Units})
		}
	}
	return out
}

func receiptOf(b web.Base, o Outcome) receipt {
	if o.Refused == nil {
		return receipt{Text: b.T("plans.receipt.made", "need", o.Line.Need.Title), Path: b.URL("/commitments/" + string(o.Commitment))}
	}
	why := b.T("error.unavailable")
	var refused *apperr.Error
	if errors.As(o.Refused, &refused) {
		message := refused.Msg
		if len(refused.Fields) > 0 {
			message = refused.Fields[0].Message
		}
		why = b.Local().Message(message)
	}
	return receipt{Text: b.T("plans.receipt.refused", "need", o.Line.Need.Title, "why", why), Error: true, Path: b.URL("/needs/" + string(o.Line.Need.ID))}
}

// write writes all lines, then what stays open, one row each, with stable codes.
func (r *Report) write(out io.Writer, format string, b web.Base) error {
	w, err := sheet.NewWriter(format, out, b.T("plans.sheet"), b.Lang == "id")
	if err != nil {
		return err
	}
	var head []sheet.Heading
	for _, name := range []string{"village", "need", "title", "category", "quantity", "unit", "households", "offer", "initiative", "partner", "state"} {
		head = append(head, sheet.Heading{Text: b.T("plans.column." + name), Code: name == "village" || name == "need" || name == "offer", Width: 18})
	}
	if err := w.Head(head); err != nil {
		return err
	}
	row := func(n *FrozenNeed, quantity, households int64, offer, initiative, partner, state string) error {
		number := func(i int64) sheet.Cell { return sheet.Cell{Kind: sheet.Number, Text: strconv.FormatInt(i, 10)} }
		text := func(s string) sheet.Cell { return sheet.Cell{Kind: sheet.Text, Text: s} }
		return w.Row([]sheet.Cell{text(string(n.Village)), text(string(n.ID)), text(n.Title), text(domain.Taxonomy().CategoryName(n.Category, b.Lang)), number(quantity), text(string(n.Unit)),
			number(households), text(offer), text(initiative), text(partner), text(state)})
	}
	for _, l := range r.Lines {
		if err := row(l.Need, l.Quantity, l.Households, string(l.Offer.ID), l.Offer.Title, l.Offer.OrganizationName, b.T("plans.column.planned")); err != nil {
			return err
		}
	}
	for _, l := range r.Left {
		if err := row(l.Need, l.Quantity, l.Households, "", "", "", b.T("plans.reason."+l.Reason)); err != nil {
			return err
		}
	}
	return w.Close()
}
