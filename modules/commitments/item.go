package commitments

import (
	"unicode/utf8"

	"gotong/modules/kit/apperr"
)

// MaxItems bounds the list of what is handed over.
const MaxItems = 100

// maxItemText bounds the words about an item.
const maxItemText = 200

// Item is one piece of what is handed over: what, how much, in which condition, and who receives it by role or office,
// never by the name of a household.
type Item struct {
	ID        string `json:"id"`
	What      string `json:"what"`
	Quantity  int64  `json:"quantity"`
	Unit      string `json:"unit"`
	Condition string `json:"condition"`
	Receiver  string `json:"receiver"`
}

// listable tells whether the list of what is handed over can still be changed: from the agreement until the handover.
func (c *Commitment) listable() bool {
	return c.Pending == nil && (c.State == StateAgreed || c.State == StateDelivering)
}

// AddItem puts a piece on the list. A repeat is left as it is. Errors: Invalid, Conflict.
func (c *Commitment) AddItem(h Hand, i Item) error {
	for _, had := range c.Items {
		if had.ID == i.ID {
			return nil
		}
	}
	if !c.listable() || h.Side != SideProposer {
		return apperr.New(apperr.Conflict, "commitments.error.move")
	}
	var f apperr.Fields
	f.Check(i.What != "", "what", "commitments.error.item_what")
	f.Check(i.Quantity >= 1 && i.Quantity <= MaxQuantity, "quantity", "commitments.error.quantity")
	f.Check(i.Unit != "", "unit", "commitments.error.item_unit")
	f.Check(utf8.RuneCountInString(i.Unit) <= 40, "unit", "commitments.error.long", "max", 40)
	f.Check(i.Condition != "", "condition", "commitments.error.condition")
	f.Check(i.Receiver != "", "receiver", "commitments.error.item_receiver")
	for name, text := range map[string]string{"what": i.What, "condition": i.Condition, "receiver": i.Receiver} {
		f.Check(utf8.RuneCountInString(text) <= maxItemText, name, "commitments.error.long", "max", maxItemText)
		personal(&f, name, text)
	}
	if err := f.Err(); err != nil {
		return err
	}
	if len(c.Items) >= MaxItems {
		return apperr.New(apperr.Conflict, "commitments.error.many_items", "max", MaxItems)
	}
	c.Items = append(append([]Item(nil), c.Items...), i)
	return nil
}

// DropItem takes a piece off the list. Error: Conflict.
func (c *Commitment) DropItem(h Hand, id string) error {
	if !c.listable() || h.Side != SideProposer {
		return apperr.New(apperr.Conflict, "commitments.error.move")
	}
	var rest []Item
	for _, i := range c.Items {
		if i.ID != id {
			rest = append(rest, i)
		}
	}
	c.Items = rest
	return nil
}
