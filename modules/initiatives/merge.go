package initiatives

import (
	"context"
	"slices"

	"gotong/modules/domain"
	"gotong/modules/kit/store"
)

// CountOf tells how many initiatives are an organisation's, drafts too.
func (s *Service) CountOf(ctx context.Context, id domain.OrganizationID) (int64, error) {
	return s.records.Count(ctx, listOwned, store.KeyOf(string(id), ""))
}

// MoveAll gives an organisation's initiatives, its places as partner in others' and the answers to its calls to another
// that took it in, and tells how many initiatives changed. Histories and frozen versions stay as they were. It may be repeated.
func (s *Service) MoveAll(ctx context.Context, from, to domain.OrganizationID, c store.Change) (int, error) {
	moved, err := s.moveInvitations(ctx, from, to, c)
	if err != nil {
		return moved, err
	}
	for list, key := range map[string]store.Key{listOwned: store.KeyOf(string(from), ""), listPartner: store.KeyOf(string(from)), listTaken: store.KeyOf(string(from)), listCaller: store.KeyOf(string(from))} {
		n, err := store.Drain(ctx, s.records, list, key, func(doc Doc) error {
			i := doc.Body
			if i.Organization == from {
				i.Organization = to
			}
			if i.Caller == from {
				i.Caller = to
			}
			i.Partners = slices.Clone(i.Partners)
			for p := range i.Partners {
				if i.Partners[p].Organization == from {
					i.Partners[p].Organization = to
				}
			}
			i.TakenUp = slices.Clone(i.TakenUp)
			for t := range i.TakenUp {
				if i.TakenUp[t].Organization == from {
					i.TakenUp[t].Organization = to
				}
			}
			_, err := s.records.Replace(ctx, doc, i, c)
			return err
		})
		if moved += n; err != nil {
			return moved, err
		}
	}
	return moved, nil
}

// moveInvitations gives an organisation's invitations, sent and received, to another.
func (s *Service) moveInvitations(ctx context.Context, from, to domain.OrganizationID, c store.Change) (int, error) {
	moved := 0
	for _, side := range []string{"from", "to"} {
		n, err := store.Drain(ctx, s.invitations, listInviting, store.KeyOf(side, string(from)), func(doc InvitationDoc) error {
			v := doc.Body
			if v.From == from {
				v.From = to
			}
			if v.To == from {
				v.To = to
			}
			_, err := s.invitations.Replace(ctx, doc, v, c)
			return err
		})
		if moved += n; err != nil {
			return moved, err
		}
	}
	return moved, nil
}

// InCategory counts the initiatives with offers in a category, hidden ones too.
func (s *Service) InCategory(ctx context.Context, id domain.CategoryID) (int64, error) {
	return s.records.Count(ctx, listUsing, store.KeyOf(string(id)))
}
