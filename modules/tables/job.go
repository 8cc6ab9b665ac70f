package tables

import (
	"context"
	"errors"
	"io"
	"os"
	"time"

	"gotong/modules/kit/apperr"
	"gotong/modules/kit/sheet"
	"gotong/modules/kit/store"
)

// Progress is how far the portal is with an import.
type Progress struct {
	Run    int     `json:"run"`
	Phase  string  `json:"phase"` // check, stage, write or undo
	Done   float64 `json:"done"`  // share of the phase
	Rows   int     `json:"rows"`
	Staged int     `json:"staged"` // number of the last row that is staged: a restart goes on behind it
}

// Phases of the work.
const (
	phaseCheck = "check"
	phaseStage = "stage"
	phaseWrite = "write"
	phaseUndo  = "undo"
)

// workEvery is how often the job looks for imports that another replica took in.
const workEvery = 2 * time.Second

// Run works through what is asked for, on one replica at a time, until ctx ends.
func (s *Service) Run(ctx context.Context) error {
	return s.db.Lease(ctx, "imports", func(ctx context.Context) error {
		swept := time.Time{}
		for {
			did, err := s.Work(ctx)
			if err != nil && ctx.Err() == nil {
				s.log.Warn("an import is not finished, trying again", "error", err)
			}
			if did && err == nil {
				continue
			}
			if time.Since(swept) > time.Hour {
				swept = time.Now()
				if err := s.Sweep(ctx); err != nil && ctx.Err() == nil {
					s.log.Warn("old uploads stay for now", "error", err)
				}
			}
			select {
			case <-ctx.Done():
				return ctx.Err()
			case <-s.wake:
			case <-time.After(workEvery):
			}
		}
	})
}

// Work does one step of what waits: a whole check, apply or undo. False where nothing waits.
func (s *Service) Work(ctx context.Context) (bool, error) {
	page, err := s.records.List(ctx, store.Query{List: listWork, Limit: 20})
	if err != nil {
		return false, err
	}
	var failed error
	for _, doc := range page.Items {
		if err := s.process(ctx, doc); err != nil {
			failed = errors.Join(failed, err)
			continue
		}
		return true, failed
	}
	return false, failed
}

func (s *Service) process(ctx context.Context, doc Doc) (err error) {
	k, err := s.kind(doc.Body.Kind)
	if err != nil {
		return err
	}
	switch doc.Body.State {
	case Checking:
		err = s.check(ctx, doc, k)
	case Applying:
		err = s.apply(ctx, doc, k)
	case Undoing:
		err = s.undo(ctx, doc, k)
	}
	return err
}

// save stores what became of an import. Somebody else was faster: then it is theirs.
func (s *Service) save(ctx context.Context, doc Doc, action string, move func(*Import) error) error {
	body := doc.Body
	if err := move(&body); err != nil {
		return err
	}
	change := body.By.Actor().Change(action, body.By.Membership.Organization, store.Operation{})
	_, err := s.records.Replace(ctx, doc, body, change)
	return ignore(err, apperr.Conflict)
}

// maxBroken is how often a check may break off for reasons of ours before its import is given up.
const maxBroken = 3

func (s *Service) check(ctx context.Context, doc Doc, k Kind) error {
	p := s.pass(ctx, doc, k, doc.Body.Run, Progress{Run: doc.Body.Run, Phase: phaseCheck})
	err := s.through(ctx, doc, p)
	var refused *apperr.Error
	switch {
	case err == nil:
		if err := s.samples.Put(ctx, problemsKey(doc.ID, doc.Body.Run, 0), p.samples, kept); err != nil {
			return err
		}
		return s.save(ctx, doc, "import.checked", func(i *Import) error { return i.Checked(p.counts, p.sum()) })
	case errors.As(err, &refused) && refused.Kind == apperr.Invalid && len(refused.Fields) > 0:
		return s.save(ctx, doc, "import.checked", func(i *Import) error { return i.Broken(&refused.Fields[0].Message) })
	case ctx.Err() != nil || apperr.Is(err, apperr.Unavailable):
		return err
	}
	if s.refused[doc.ID]++; s.refused[doc.ID] < maxBroken {
		return err
	}
	delete(s.refused, doc.ID)
	s.log.Error("a check is given up", "import", doc.ID, "error", err)
	return s.save(ctx, doc, "import.checked", func(i *Import) error { return i.Broken(nil) })
}

// pass prepares going through an import's file; problems are kept under run.
func (s *Service) pass(ctx context.Context, doc Doc, k Kind, run int, at Progress) *pass {
	var waiting []sheet.Problem
	page := 0
	flush := func() error {
		err := s.problems.Put(ctx, problemsKey(doc.ID, run, page), waiting, kept)
		return err
	}
	return &pass{
		kind: k, by: doc.Body.By, layout: doc.Body.Layout,
		problem: func(problem sheet.Problem) error {
			if waiting = append(waiting, problem); len(waiting) < problemPage {
				return nil
			}
			err := flush()
			waiting, page = waiting[:0], page+1
			return err
		},
		progress: func(done float64, rows int) error {
			at.Done, at.Rows = done, rows
			if len(waiting) > 0 {
				if err := flush(); err != nil {
					return err
				}
			}
			return s.progress.Put(ctx, doc.ID, at, kept)
		},
	}
}

// through fetches the file and goes through it.
func (s *Service) through(ctx context.Context, doc Doc, p *pass) error {
	f, err := s.fetch(ctx, doc.Body)
	if err != nil {
		return err
	}
	defer f.drop()
	book, err := sheet.Open(f, doc.Body.File)
	if err != nil {
		return err
	}
	return p.run(ctx, book)
}

// apply stages all rows and has them written. What a restart finds staged stays; once writing began it only goes on.
func (s *Service) apply(ctx context.Context, doc Doc, k Kind) error {
	i := doc.Body
	at, err := s.progress.Get(ctx, doc.ID)
	if err != nil && !apperr.Is(err, apperr.NotFound) {
		return err
	}
	if at.Run != i.Run || at.Phase != phaseStage && at.Phase != phaseWrite {
		at = Progress{Run: i.Run, Phase: phaseStage}
	}
	if at.Phase == phaseStage {
		moved, err := s.stage(ctx, doc, k, &at)
		if err != nil || moved {
			return err
		}
		at = Progress{Run: i.Run, Phase: phaseWrite, Rows: i.Counts.New + i.Counts.Changed}
		if err := s.progress.Put(ctx, doc.ID, at, kept); err != nil {
			return err
		}
	}
	change := i.By.Actor().Change(i.Kind+".imported", i.By.Membership.Organization, store.Operation{})
	result, err := k.Table.Apply(ctx, i.Batch, change, s.told(ctx, doc.ID, at))
	if apperr.Is(err, apperr.Conflict) {
		return s.moved(ctx, doc, k)
	}
	if err != nil {
		return err
	}
	return s.save(ctx, doc, "import.applied", func(i *Import) error { return i.Done(result, s.clock.Now()) })
}

// Looking at a row before it is written takes about a quarter of the time that writing it takes; progress is kept so
// often.
const (
	lookShare = 0.2
	tellEvery = 250 * time.Millisecond
)

// told keeps how far writing or undoing is: at counts the rows.
func (s *Service) told(ctx context.Context, id string, at Progress) func(step store.BatchStep, rows int) error {
	last := time.Time{}
	return func(step store.BatchStep, rows int) error {
		share := min(1, float64(rows)/float64(max(1, at.Rows)))
		if at.Done = lookShare * share; step == store.StepWrite {
			at.Done = lookShare + (1-lookShare)*share
		}
		if time.Since(last) < tellEvery {
			return nil
		}
		last = time.Now()
		return s.progress.Put(ctx, id, at, kept)
	}
}

// stage goes through the file once more and stages its rows; moved where the outcome is no longer what was shown.
func (s *Service) stage(ctx context.Context, doc Doc, k Kind, at *Progress) (moved bool, err error) {
	i := doc.Body
	already := at.Staged
	p := s.pass(ctx, doc, k, i.Run+1, *at)
	save := p.progress
	p.stage = func(rows []*sheet.Row) error {
		last := rows[len(rows)-1].Number
		if last <= already {
			return nil
		}
		if err := k.Table.Stage(ctx, i.Batch, rows); err != nil {
			return err
		}
		at.Staged = last
		return nil
	}
	p.progress = func(done float64, rows int) error {
		if err := save(done, rows); err != nil {
			return err
		}
		at.Done, at.Rows = done, rows
		return s.progress.Put(ctx, doc.ID, *at, kept)
	}
	if err := s.through(ctx, doc, p); err != nil {
		return false, err
	}
	if p.counts.Problems == 0 && p.sum() == i.Digest {
		return false, nil
	}
	if err := k.Table.Discard(ctx, i.Batch); err != nil {
		return false, err
	}
	if err := s.samples.Put(ctx, problemsKey(doc.ID, i.Run+1, 0), p.samples, kept); err != nil {
		return false, err
	}
	return true, s.save(ctx, doc, "import.checked", func(i *Import) error { return i.Moved(p.counts, p.sum()) })
}

// moved looks again at a file whose things changed between staging and writing. Nothing was written.
func (s *Service) moved(ctx context.Context, doc Doc, k Kind) error {
	i := doc.Body
	if err := k.Table.Discard(ctx, i.Batch); err != nil {
		return err
	}
	p := s.pass(ctx, doc, k, i.Run+1, Progress{Run: i.Run, Phase: phaseStage})
	if err := s.through(ctx, doc, p); err != nil {
		return err
	}
	if err := s.samples.Put(ctx, problemsKey(doc.ID, i.Run+1, 0), p.samples, kept); err != nil {
		return err
	}
	return s.save(ctx, doc, "import.checked", func(i *Import) error { return i.Moved(p.counts, p.sum()) })
}

func (s *Service) undo(ctx context.Context, doc Doc, k Kind) error {
	i := doc.Body
	at := Progress{Run: i.Run, Phase: phaseUndo, Rows: i.Result.Inserted + i.Result.Replaced}
	if err := s.progress.Put(ctx, doc.ID, at, kept); err != nil {
		return err
	}
	change := i.By.Actor().Change(i.Kind+".import-undone", i.By.Membership.Organization, store.Operation{})
	err := k.Table.Undo(ctx, i.Batch, change, s.told(ctx, doc.ID, at))
	if apperr.Is(err, apperr.Conflict) {
		return s.save(ctx, doc, "import.kept", (*Import).Kept)
	}
	if err != nil {
		return err
	}
	return s.save(ctx, doc, "import.undone", func(i *Import) error { return i.PutBack(s.clock.Now()) })
}

// fetched is an upload in a temporary file.
type fetched struct {
	*os.File
	size int64
}

// Size is that of the file.
func (f fetched) Size() int64 { return f.size }

func (f fetched) drop() {
	_ = f.Close()
	_ = os.Remove(f.Name())
}

// fetch brings an upload out of the object store, so that any part of it can be read.
func (s *Service) fetch(ctx context.Context, i Import) (f fetched, err error) {
	if i.Object == "" {
		return f, apperr.Wrap(errGone, apperr.NotFound, "tables.error.gone")
	}
	body, err := s.blobs.Get(ctx, i.Object, 0, -1)
	if err != nil {
		return f, err
	}
	defer func() { _ = body.Close() }()
	if f.File, err = os.CreateTemp("", "gotong-import-"); err != nil {
		return f, err
	}
	if f.size, err = io.Copy(f.File, body); err == nil && f.size != i.Size {
		err = apperr.Wrap(io.ErrUnexpectedEOF, apperr.Unavailable, "error.unavailable")
	}
	if err != nil {
		f.drop()
		return fetched{}, err
	}
	return f, nil
}

// abandoned is how long an upload may be under way.
const abandoned = time.Hour

// Sweep removes the files of imports that are over and old, and what broken uploads left.
func (s *Service) Sweep(ctx context.Context) error {
	now := s.clock.Now()
	query := store.Query{List: listKept, Limit: 100}
	for {
		page, err := s.records.List(ctx, query)
		if err != nil {
			return err
		}
		for _, doc := range page.Items {
			i := doc.Body
			age := now.Sub(i.Uploaded)
			switch {
			case i.State == Discarded, age > kept, i.State == Uploading && age > abandoned:
			default:
				continue
			}
			if err := s.blobs.Delete(ctx, i.Object); err != nil {
				return err
			}
			i.Object = ""
			if i.Can(Discarded) {
				i.State = Discarded
			}
			if _, err := s.records.Replace(ctx, doc, i, store.Change{Action: "import.file-removed"}); ignore(err, apperr.Conflict) != nil {
				return err
			}
		}
		if query.Cursor = page.Next; page.Next == "" {
			return nil
		}
	}
}
