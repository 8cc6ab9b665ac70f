package commitments

import (
	"slices"
	"strings"
	"time"

	"gotong/modules/kit/web"
)

// journey is the straight way that a commitment takes.
var journey = []State{StateProposed, StateAccepted, StateAgreed, StateDelivering, StateDelivered, StateConfirmed}

// event is an entry of the timeline with its time.
type event struct {
	at   time.Time
	step web.Step
}

// timeline shows both sides' history in one: moves, versions with what differs, deliveries and answers, in their order;
// after that what is still to come. Reasons, terms and places are for those who see all.
func timeline(b web.Base, c Commitment, full bool) []web.Step {
	events := moveEvents(b, c, full)
	if full {
		events = append(events, versionEvents(b, c)...)
		events = append(events, deliveryEvents(b, c)...)
	}
	slices.SortStableFunc(events, func(x, y event) int { return x.at.Compare(y.at) })
	steps := make([]web.Step, 0, len(events)+len(journey))
	for i, e := range events {
		mark := "done"
		if i == len(events)-1 {
			mark = "now"
		}
		steps = append(steps, web.Step{State: mark, Label: e.step.Label, When: e.step.When, Who: e.step.Who, Note: e.step.Note})
	}
	if c.State.Ended() {
		return steps
	}
	at := slices.Index(journey, c.State)
	if c.State == StateDisputed {
		at = len(journey) - 2
	}
	for _, s := range journey[at+1:] {
		step := web.Step{State: "next", Label: b.T("commitments.state." + string(s))}
		if s == StateDelivered && c.Until != "" {
			step.When = b.T("commitments.at_latest", "date", dateText(b, c.Until))
		}
		steps = append(steps, step)
	}
	return steps
}

func moveEvents(b web.Base, c Commitment, full bool) (events []event) {
	for _, move := range c.History {
		if !full && (move.To == StateInterest || move.To == StateProposed) {
			continue
		}
		step := web.Step{Label: b.T("commitments.state." + string(move.To)), When: b.Date(move.At), Who: who(b, c, move.Side)}
		if move.Via != nil {
			step.Who += ", " + linkName(b, move.Via.Kind, move.Via.Number)
		}
		if full {
			step.Note = move.Reason
		}
		events = append(events, event{move.At, step})
	}
	return events
}

// versionEvents are the versions after the first, each with what differs from the one before.
func versionEvents(b web.Base, c Commitment) (events []event) {
	for i := 1; i < len(c.Versions); i++ {
		v := c.Versions[i]
		label, differs := b.T("commitments.version.label", "number", i+1), differences(b, c, c.Versions[i-1], v)
		if len(differs) == 0 {
			label, differs = b.T("commitments.version.agreed", "number", i+1), nil
		}
		var lines []string
		for _, d := range differs {
			lines = append(lines, d.Label+": "+d.Value)
		}
		if v.Words != "" {
			lines = append(lines, v.Words)
		}
		events = append(events, event{v.At, web.Step{Label: label, When: b.Date(v.At), Who: who(b, c, v.Side), Note: strings.Join(lines, " · ")}})
	}
	return events
}

// differences says what a version changes of the one before: "40 unit → 30 unit".
func differences(b web.Base, c Commitment, from, to Version) (list []web.Fact) {
	add := func(label, old, now string) {
		if old != now {
			list = append(list, web.Fact{Label: b.T(label), Value: b.T("commitments.version.change", "old", old, "new", now)})
		}
	}
	words := func(s string) string {
		if s == "" {
			return b.T("commitments.version.none")
		}
		return s
	}
	add("commitments.version.quantity", quantityText(b, from.Quantity, c.Unit), quantityText(b, to.Quantity, c.Unit))
	add("commitments.version.from", dateText(b, from.From), dateText(b, to.From))
	add("commitments.version.until", dateText(b, from.Until), dateText(b, to.Until))
	add("commitments.version.conditions", words(from.Conditions), words(to.Conditions))
	return list
}

func deliveryEvents(b web.Base, c Commitment) (events []event) {
	for _, d := range c.Deliveries {
		text := quantityText(b, d.Quantity, c.Unit)
		events = append(events, event{d.Reported, web.Step{Label: b.T("commitments.event.delivery", "quantity", text), When: b.Date(d.Reported),
			Who: c.OrganizationName, Note: dateText(b, d.Date) + ", " + d.Place}})
		if d.Answered.IsZero() || !d.Answered.After(d.Reported) {
			continue
		}
		step := web.Step{Label: b.T("commitments.event.answer", "confirmed", quantityText(b, d.Confirmed, c.Unit), "quantity", text), When: b.Date(d.Answered), Who: c.VillageName, Note: d.Words}
		if d.Via != nil {
			step.Who += ", " + linkName(b, d.Via.Kind, d.Via.Number)
		}
		events = append(events, event{d.Answered, step})
	}
	return events
}

func who(b web.Base, c Commitment, side Side) string {
	switch side {
	case SideProposer:
		return c.OrganizationName
	case SideVillage:
		return c.VillageName
	}
	return b.T("commitments.side." + string(side))
}
