package accounts

import (
	"archive/zip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"path"
	"time"

	"gotong/modules/domain"
	"gotong/modules/kit/store"
)

type exportIdentity struct {
	Provider string `json:"provider"`
	Issuer   string `json:"issuer"`
	Subject  string `json:"subject"`
	Since    string `json:"since"`
}

type exportSession struct {
	Device   string `json:"device"`
	Provider string `json:"provider"`
	Origin   Origin `json:"origin"`
	Opened   string `json:"opened"`
	Used     string `json:"last_used"`
}

const exportTime = "2006-01-02T15:04:05Z07:00"

// Export is everything that is kept of the actor, gathered before the first byte, but for what they did, which is read
// while it is written.
type Export struct {
	service  *Service
	actor    domain.Actor
	account  Account
	links    []exportIdentity
	sessions []exportSession
}

// Export gathers one's own data. SignIn, Unavailable.
func (s *Service) Export(ctx context.Context, actor domain.Actor) (*Export, error) {
	doc, err := s.Account(ctx, actor)
	if err != nil {
		return nil, err
	}
	e := &Export{service: s, actor: actor, account: doc.Body}
	identities, err := s.Identities(ctx, actor.Account)
	if err != nil {
		return nil, err
	}
	for _, i := range identities {
		e.links = append(e.links, exportIdentity{i.Body.Provider, i.Body.Issuer, i.Body.Subject, i.Created.Format(exportTime)})
	}
	sessions, err := s.Sessions.Of(ctx, actor.Account, actor.Session)
	for _, v := range sessions {
		e.sessions = append(e.sessions, exportSession{v.Device, v.Provider, v.Origin, v.Created.Format(exportTime), v.Seen.Format(exportTime)})
	}
	return e, err
}

// Upload is a file that a person uploaded. Open gives its content, which is read once and closed.
type Upload struct {
	ID       domain.DocumentID `json:"id"`
	Title    string            `json:"title"`
	Type     string            `json:"type"`
	Name     string            `json:"file_name"`
	Size     int64             `json:"size"`
	SHA256   string            `json:"sha256"`
	At       time.Time         `json:"uploaded"`
	Thrown   bool              `json:"thrown_away,omitempty"`
	File     string            `json:"file,omitempty"` // where it lies in this ZIP
	NotThere bool              `json:"missing,omitempty"`

	Open func() (io.ReadCloser, error) `json:"-"`
}

// Papers knows what people uploaded. fn is asked for each, the oldest first.
type Papers interface {
	Uploads(ctx context.Context, account domain.AccountID, fn func(Upload) error) error
}

// files writes what the person uploaded, one after the other, each as it comes from the object store, and a list of it.
// A file that the object store has lost is named in the list, and the export goes on.
func (e *Export) files(ctx context.Context, z *zip.Writer) error {
	if e.service.papers == nil {
		return nil
	}
	var list []Upload // without content: some hundred bytes a file
	err := e.service.papers.Uploads(ctx, e.actor.Account, func(u Upload) error {
		body, err := u.Open()
		if err != nil {
			u.NotThere = true
			list = append(list, u)
			return ctx.Err()
		}
		defer func() { _ = body.Close() }()
		u.File = "files/" + string(u.ID) + path.Ext(u.Name)
		f, err := z.CreateHeader(&zip.FileHeader{Name: u.File, Method: zip.Store, Modified: u.At}) // documents are packed already
		if err != nil {
			return err
		}
		if n, err := io.Copy(f, body); err != nil || n != u.Size {
			return fmt.Errorf("file %s: %d of %d bytes: %w", u.ID, n, u.Size, errors.Join(err, io.ErrUnexpectedEOF))
		}
		list = append(list, u)
		return nil
	})
	if err != nil {
		return err
	}
	f, err := z.Create("files.json")
	if err != nil {
		return err
	}
	out := json.NewEncoder(f)
	out.SetIndent("", "  ")
	return out.Encode(list)
}

// Write writes the export as a ZIP of JSON files and of the files that the person uploaded. What was done is streamed page by page from the trail.
func (e *Export) Write(ctx context.Context, w io.Writer) error {
	z := zip.NewWriter(w)
	for _, part := range []struct {
		name  string
		value any
	}{
		{"account.json", e.account}, {"sign-ins.json", e.links}, {"sessions.json", e.sessions}, {"organizations.json", e.actor.Memberships},
	} {
		f, err := z.Create(part.name)
		if err != nil {
			return err
		}
		out := json.NewEncoder(f)
		out.SetIndent("", "  ")
		if err := out.Encode(part.value); err != nil {
			return err
		}
	}
	if err := e.files(ctx, z); err != nil {
		return err
	}
	f, err := z.Create("acts.jsonl")
	if err != nil {
		return err
	}
	out, before := json.NewEncoder(f), int64(0)
	for {
		page, err := e.service.db.Feed().Trail(ctx, store.TrailFilter{Actor: string(e.actor.Account)}, before, 500)
		if err != nil {
			return err
		}
		for _, entry := range page.Entries {
			if err := out.Encode(entry); err != nil {
				return err
			}
		}
		if before = page.Next; before == 0 {
			return z.Close()
		}
	}
}
