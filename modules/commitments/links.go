package commitments

import (
	"context"
	"strconv"
	"time"

	"gotong/modules/domain"
	"gotong/modules/kit/apperr"
	"gotong/modules/kit/store"
)

// MakeLink makes a link or a code by which the village's word on what was delivered can be given once without an
// account. The answer names the page part that shows it: ShownLink. Errors: NotFound, SignIn, Forbidden (not an owner of
// the village's government), Invalid (kind), Conflict (nothing to confirm, too many).
func (s *Service) MakeLink(ctx context.Context, actor domain.Actor, op store.Operation, id domain.CommitmentID, kind LinkKind) (string, error) {
	doc, err := s.records.Get(ctx, string(id))
	if err != nil {
		return "", found(err)
	}
	h, err := s.hand(actor, &doc.Body, op.ID, SideVillage)
	if err != nil {
		return "", err
	}
	if kind != LinkMessage && kind != LinkPaper {
		return "", apperr.InvalidFields([]apperr.Field{{Name: "kind", Message: apperr.Msg("commitments.error.link_kind")}})
	}
	shownID := store.DeriveID(string(actor.Account), "confirmation:"+op.ID)
	show := shownLink{Secret: newSecret(kind), Commitment: id, Kind: kind, By: actor.Account, At: h.At, Until: h.At.Add(kind.life())}
	err = s.shown.Create(ctx, shownID, show, linkShown)
	if apperr.Is(err, apperr.Conflict) { // the same form again
		show, err = s.shown.Get(ctx, shownID)
	}
	if err != nil {
		return "", err
	}
	ref, number := LinkRef{ID: linkID(show.Secret), Kind: show.Kind, At: show.At}, 0
	_, err = s.change(ctx, id, func(c *Commitment, _ int64) (change store.Change, done bool, err error) {
		var changed bool
		if number, changed, err = c.addLink(ref); err != nil || !changed {
			return change, true, err
		}
		change = actor.Change("commitment.link-made", h.Organization, op)
		change.Reason = numberText(number)
		return change, false, nil
	})
	if err != nil {
		return "", err
	}
	l := Link{Commitment: id, Number: number, Kind: show.Kind, Organization: h.Organization, By: show.By, At: show.At, Until: show.Until}
	_, err = s.links.Insert(ctx, ref.ID, l, actor.Change("confirmation-link.made", h.Organization, op))
	if apperr.Is(err, apperr.Conflict) {
		err = nil // it is there already, used or not
	}
	return shownID, err
}

func numberText(number int) string { return "No. " + strconv.Itoa(number) }

// ShownLink is a link or code just made.
type ShownLink struct {
	Secret string
	Kind   LinkKind
	Until  time.Time
}

// ShownLink gives a secret to who made it, for a quarter of an hour. NotFound otherwise.
func (s *Service) ShownLink(ctx context.Context, actor domain.Actor, id domain.CommitmentID, shownID string) (ShownLink, error) {
	show, err := s.shown.Get(ctx, shownID)
	if err == nil && (show.By != actor.Account || show.Commitment != id) {
		err = notFound()
	}
	if err != nil {
		return ShownLink{}, found(err)
	}
	return ShownLink{Secret: show.Secret, Kind: show.Kind, Until: show.Until}, nil
}

// NumberedLink is a link with its id.
type NumberedLink struct {
	ID string
	Link
}

// LinksOf gives a commitment's links, the newest first. Errors: Unavailable.
func (s *Service) LinksOf(ctx context.Context, c *Commitment) ([]NumberedLink, error) {
	ids := make([]string, len(c.Links))
	for i, ref := range c.Links {
		ids[i] = ref.ID
	}
	docs, err := s.links.GetMany(ctx, ids)
	if err != nil {
		return nil, err
	}
	list := make([]NumberedLink, 0, len(ids))
	for i := len(ids) - 1; i >= 0; i-- {
		if doc, ok := docs[ids[i]]; ok { // a crash may have left a number without a link
			list = append(list, NumberedLink{doc.ID, doc.Body})
		}
	}
	return list, nil
}

// RevokeLink closes a link that nobody used. Errors: NotFound, SignIn, Forbidden, Conflict (it was used).
func (s *Service) RevokeLink(ctx context.Context, actor domain.Actor, op store.Operation, id domain.CommitmentID, link string) error {
	return s.onLink(ctx, actor, op, id, link, "confirmation-link.revoked", func(l *Link) error { return l.revoke(s.clock.Now()) })
}

// EraseLinkPerson takes the name and position of who answered out of the link and of its trail; the answer stays.
// Errors: NotFound, SignIn, Forbidden, Conflict (nobody answered by it).
func (s *Service) EraseLinkPerson(ctx context.Context, actor domain.Actor, op store.Operation, id domain.CommitmentID, link string) error {
	return s.onLink(ctx, actor, op, id, link, "confirmation-link.erased", (*Link).erase)
}

func (s *Service) onLink(ctx context.Context, actor domain.Actor, op store.Operation, id domain.CommitmentID, link, action string, apply func(*Link) error) error {
	commitment, err := s.records.Get(ctx, string(id))
	if err != nil {
		return found(err)
	}
	h, err := s.hand(actor, &commitment.Body, op.ID, SideVillage)
	if err != nil {
		return err
	}
	for {
		doc, err := s.links.Get(ctx, link)
		if err != nil {
			return found(err)
		}
		l := doc.Body
		if l.Commitment != id {
			return notFound()
		}
		if err := apply(&l); err != nil {
			return err
		}
		if l.Revoked.Equal(doc.Body.Revoked) && l.Erased == doc.Body.Erased {
			return nil // it was so already
		}
		change := actor.Change(action, h.Organization, op)
		change.Erases = l.Erased && !doc.Body.Erased
		if _, err = s.links.Replace(ctx, doc, l, change); !apperr.Is(err, apperr.Conflict) {
			return err
		}
	}
}

// Caller is who asks by a link: nobody that the portal knows, only a network, for the limit on wrong codes; "" is not
// counted.
type Caller string

func linkGone() error { return apperr.New(apperr.NotFound, "commitments.error.link_gone") }

// offered finds what a secret opens, open or used up by an answer. Whatever is wrong with it, the answer is the same.
// Errors: NotFound, TooMany (too many wrong codes of this network).
func (s *Service) offered(ctx context.Context, caller Caller, typed string) (store.Doc[Link], store.Doc[Commitment], error) {
	link, commitment, err := s.lookUp(ctx, caller, normalSecret(typed))
	if apperr.Is(err, apperr.NotFound) {
		err = linkGone()
		if caller != "" {
			if _, counting := s.db.Add(ctx, "confirmation/"+string(caller), 1, wrongWindow); counting != nil {
				err = counting
			}
		}
	}
	return link, commitment, err
}

func (s *Service) lookUp(ctx context.Context, caller Caller, secret string) (link store.Doc[Link], commitment store.Doc[Commitment], err error) {
	if caller != "" {
		n, err := s.db.Add(ctx, "confirmation/"+string(caller), 0, wrongWindow)
		if err != nil {
			return link, commitment, err
		}
		if n >= wrongCodes {
			e := apperr.New(apperr.TooMany, "commitments.error.many_codes")
			e.RetryAfter = wrongWindow
			return link, commitment, e
		}
	}
	if len(secret) != messageLetters && len(secret) != paperLetters {
		return link, commitment, linkGone()
	}
	if link, err = s.links.Get(ctx, linkID(secret)); err != nil {
		return link, commitment, err
	}
	if state := link.Body.State(s.clock.Now()); state != "open" && state != "used" {
		return link, commitment, linkGone()
	}
	if commitment, err = s.records.Get(ctx, string(link.Body.Commitment)); err != nil || link.Body.Answer != nil {
		return link, commitment, err
	}
	owns, err := s.owns(ctx, link.Body.By, link.Body.Organization)
	if err == nil && (!owns || !commitment.Body.awaitsVillage()) {
		err = linkGone() // it dies with its maker's right, and with the question
	}
	return link, commitment, err
}

func (s *Service) owns(ctx context.Context, account domain.AccountID, organization domain.OrganizationID) (bool, error) {
	memberships, err := s.orgs.MembershipsOf(ctx, account)
	return domain.Actor{Account: account, Memberships: memberships}.Has(organization, domain.OrgOwner), err
}

// Offered is what a link asks about.
type Offered struct {
	Commitment domain.CommitmentID
	Body       Commitment
	Number     int
	Until      time.Time
	Pictures   []domain.Picture // of the deliveries that wait for an answer
}

// LinkOffer tells what a link or code asks about, and changes nothing. Errors: NotFound for one that is unknown, used,
// revoked or too old, TooMany.
func (s *Service) LinkOffer(ctx context.Context, caller Caller, typed string) (Offered, error) {
	link, commitment, err := s.offered(ctx, caller, typed)
	if err != nil {
		return Offered{}, err
	}
	if link.Body.Answer != nil {
		return Offered{}, linkGone()
	}
	o := Offered{Commitment: link.Body.Commitment, Body: commitment.Body, Number: link.Body.Number, Until: link.Body.Until}
	pictures, err := s.papers.PicturesOf(ctx, ref(o.Commitment))
	if err != nil {
		s.log.WarnContext(ctx, "photos of a delivery cannot be listed", "commitment", o.Commitment, "error", err)
		return o, nil // the question can be answered without them
	}
	for _, p := range pictures {
		if o.Body.waitingPaper(p.ID) {
			o.Pictures = append(o.Pictures, p)
		}
	}
	return o, nil
}

// waitingPaper tells whether a document belongs to a delivery that waits for the village.
func (c *Commitment) waitingPaper(id domain.DocumentID) bool {
	for _, d := range c.Deliveries {
		for _, had := range d.Documents {
			if had == id && d.Open() > 0 {
				return true
			}
		}
	}
	return false
}

// LinkPicture gives a photo of a delivery that a link asks about, small. Errors: as LinkOffer, Unavailable.
func (s *Service) LinkPicture(ctx context.Context, caller Caller, typed string, id domain.DocumentID) ([]byte, error) {
	link, commitment, err := s.offered(ctx, caller, typed)
	if err != nil {
		return nil, err
	}
	if link.Body.Answer != nil || !commitment.Body.waitingPaper(id) {
		return nil, linkGone()
	}
	return s.papers.Thumbnail(ctx, "confirmation-link", ref(link.Body.Commitment), id, pictureSide)
}

// linksFor gives the commitment to who may make links for it. Errors: NotFound, SignIn, Forbidden.
func (s *Service) linksFor(ctx context.Context, actor domain.Actor, id domain.CommitmentID) (Commitment, error) {
	doc, err := s.records.Get(ctx, string(id))
	if err != nil {
		return Commitment{}, found(err)
	}
	_, err = s.hand(actor, &doc.Body, "", SideVillage)
	return doc.Body, err
}
