package wire

import (
	"context"
	"strings"

	"gotong/modules/commitments"
	"gotong/modules/documents"
	"gotong/modules/domain"
	"gotong/modules/kit/store"
	"gotong/modules/papers"
)

// PaperCommitments are commitments as papers are made from them.
type PaperCommitments struct{ *House }

// Facts gives what a paper is made of, to an owner of one of the sides.
func (w PaperCommitments) Facts(ctx context.Context, actor domain.Actor, id domain.CommitmentID) (papers.Facts, error) {
	c, err := w.Commitments.Service.Owned(ctx, actor, id)
	if err != nil {
		return papers.Facts{}, err
	}
	f := papers.Facts{
		State: string(c.State), Need: c.NeedTitle, Initiative: c.InitiativeTitle, Village: c.VillageName, Category: c.Category, Unit: c.Unit, Quantity: c.Quantity,
		From: c.From, Until: c.Until, Conditions: c.Conditions, Demo: c.Demo,
	}
	if a := c.Agreement; a != nil {
		f.Agreement, f.Clause = a.Number, a.Clause
	}
	for _, o := range c.Obligations {
		duty := papers.Duty{Title: o.Title, Party: 1, Due: o.Due}
		if o.Owner == commitments.SideVillage {
			duty.Party = 2
		}
		f.Duties = append(f.Duties, duty)
	}
	for _, i := range c.Items {
		f.Items = append(f.Items, papers.Item{What: i.What, Quantity: i.Quantity, Unit: i.Unit, Condition: i.Condition, Receiver: i.Receiver})
	}
	for _, d := range c.Deliveries {
		if d.Quantity > d.Denied {
			f.Deliveries = append(f.Deliveries, papers.Delivered{Date: d.Date, Quantity: d.Quantity - d.Denied, Place: d.Place, Condition: d.Condition})
		}
	}
	if f.First, err = w.party(ctx, c.Organization); err != nil {
		return f, err
	}
	f.Second, err = w.party(ctx, c.VillageOrganization)
	if f.Second.Address == "" {
		f.Second.Address = c.VillageName
	}
	return f, err
}

// party is an organisation as it stands on papers, with its office's contact.
func (w PaperCommitments) party(ctx context.Context, id domain.OrganizationID) (papers.Party, error) {
	o, err := w.House.Organizations.Service.Stored(ctx, id)
	p := papers.Party{ID: id, Name: o.Name, Address: o.Address}
	p.Head = nonEmpty(o.Address, strings.Join(nonEmpty(o.Phone, o.Email, o.Website), " · "))
	return p, err
}

func nonEmpty(texts ...string) (list []string) {
	for _, t := range texts {
		if t != "" {
			list = append(list, t)
		}
	}
	return list
}

// Public gives what everybody may know of an accepted commitment.
func (w PaperCommitments) Public(ctx context.Context, id domain.CommitmentID) (papers.Public, error) {
	c, _, err := w.Commitments.Service.Get(ctx, domain.Actor{}, id)
	if err != nil {
		return papers.Public{}, err
	}
	p := papers.Public{Title: c.NeedTitle, Path: "/commitments/" + string(id), First: c.OrganizationName, Second: c.VillageName, Quantity: c.Quantity, Unit: c.Unit,
		State: string(c.State), Handover: c.Handover, Demo: c.Demo}
	if a := c.Agreement; a != nil && a.Proposer != nil && a.Village != nil {
		p.Signed = a.SHA256
	}
	return p, nil
}

// PaperLibrary keeps papers as documents.
type PaperLibrary struct{ *House }

// File puts a generated file among a thing's documents.
func (w PaperLibrary) File(ctx context.Context, actor domain.Actor, op store.Operation, ref domain.Ref, id domain.DocumentID, typ domain.DocumentType, title, why string, up domain.Upload) error {
	return w.Documents.Service.File(ctx, actor, op, ref, id, typ, title, why, up)
}

// Filed finds the versions with that sum.
func (w PaperLibrary) Filed(ctx context.Context, sum string) (list []papers.Filed, err error) {
	err = w.Documents.Service.Filed(ctx, sum, func(id domain.DocumentID, d documents.Document, v documents.Version, number int) {
		list = append(list, papers.Filed{Document: id, Parent: d.Parent, Type: d.Type, Number: number, Of: len(d.Versions) + 1, At: v.At})
	})
	return list, err
}

// Versions gives the sums of a document's versions.
func (w PaperLibrary) Versions(ctx context.Context, id domain.DocumentID) ([]string, error) {
	return w.Documents.Service.Sums(ctx, id)
}

// PaperDrafts tells commitments what was made for signing.
type PaperDrafts struct{ *House }

// Draft gives number, date and clause of the agreement that was made for a commitment; false where none was.
func (w PaperDrafts) Draft(ctx context.Context, id domain.CommitmentID) (commitments.Terms, bool, error) {
	number, said, ok, err := w.Papers.Service.Draft(ctx, id)
	return commitments.Terms{Kind: commitments.AgreementPKS, Number: number, Date: said.Date, Clause: said.Clause}, ok, err
}
