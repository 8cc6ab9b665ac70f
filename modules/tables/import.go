// Package tables brings tables into the portal and gives them out: an upload is recognised, checked cell by cell,
// applied as a whole or not at all, and can be undone; every list goes out as a spreadsheet that comes back the same
// way. What a table's rows mean is each module's own (Table, List).
package tables

import (
	"strconv"
	"time"

	"gotong/modules/domain"
	"gotong/modules/kit/apperr"
	"gotong/modules/kit/store"
)

// State is where an import stands.
type State string

// States of an import. From applying and undoing it only goes forward.
const (
	Uploading State = "uploading" // the file is on its way into the object store
	Uploaded  State = "uploaded"  // its columns are being confirmed
	Checking  State = "checking"
	Faulty    State = "faulty" // rows are wrong, or the file as a whole
	Ready     State = "ready"
	Applying  State = "applying"
	Applied   State = "applied"
	Undoing   State = "undoing"
	Undone    State = "undone"
	Discarded State = "discarded"
)

// Layout is how the file is read; a person confirms or corrects what was recognised.
type Layout struct {
	Sheet   int            `json:"sheet"`
	Head    int            `json:"head"`    // number of the row of headings
	Columns map[string]int `json:"columns"` // place in the file by column's name
	Mark    string         `json:"mark"`    // before decimals: "," or "."; "" where nobody said
}

func (l Layout) mark() rune {
	if l.Mark == "" {
		return 0
	}
	return rune(l.Mark[0])
}

// Counts sum up a check. Rows = Wrong + New + Changed + Same.
type Counts struct {
	Rows     int `json:"rows"`
	Wrong    int `json:"wrong"`
	Problems int `json:"problems"`
	Listed   int `json:"listed"` // problems that are kept, a page at a time
	New      int `json:"new"`
	Changed  int `json:"changed"`
	Same     int `json:"same"`
}

// Notes say what else there is to an import's state; each is the end of a locale key tables.note.*.
const (
	NoteMoved  = "moved"  // the register changed between preview and apply: the preview is new
	NoteKept   = "kept"   // undo was refused: something changed since
	NoteFailed = "failed" // the check broke off
)

// Import is one upload with its life.
type Import struct {
	Kind     string            `json:"kind"`
	File     string            `json:"file"` // name as uploaded
	Size     int64             `json:"size"`
	SHA256   string            `json:"sha256"`
	Object   string            `json:"object"` // key in the object store; "" once it was removed
	By       domain.Importer   `json:"by"`
	Layout   Layout            `json:"layout"`
	State    State             `json:"state"`
	Run      int               `json:"run"`    // of the check: problems and samples are kept under it
	Counts   Counts            `json:"counts"` // of the last check
	Digest   string            `json:"digest"` // of what the last check decided for each row
	Note     string            `json:"note,omitempty"`
	Fault    *apperr.Message   `json:"fault,omitempty"` // of the file as a whole
	Batch    string            `json:"batch,omitempty"` // that was applied
	Result   store.BatchResult `json:"result"`
	Uploaded time.Time         `json:"uploaded"`
	Applied  time.Time         `json:"applied,omitzero"`
	Undone   time.Time         `json:"undone,omitzero"`
}

// moves says from which states each step starts.
var moves = map[State][]State{
	Uploaded:  {Uploading},
	Checking:  {Uploaded, Faulty, Ready},
	Faulty:    {Checking, Applying},
	Ready:     {Checking, Applying},
	Applying:  {Ready},
	Applied:   {Applying, Undoing},
	Undoing:   {Applied},
	Undone:    {Undoing},
	Discarded: {Uploading, Uploaded, Checking, Faulty, Ready},
}

// Can tells whether the import may go to that state now.
func (i Import) Can(to State) bool {
	for _, from := range moves[to] {
		if from == i.State {
			return true
		}
	}
	return false
}

func (i *Import) move(to State) error {
	if !i.Can(to) {
		return apperr.New(apperr.Conflict, "tables.refuse."+string(to))
	}
	i.State = to
	return nil
}

// Working tells whether the portal is at it.
func (i Import) Working() bool {
	return i.State == Checking || i.State == Applying || i.State == Undoing
}

// Read confirms how the file is read and asks for a check.
func (i *Import) Read(l Layout, replace bool) error {
	if err := i.move(Checking); err != nil {
		return err
	}
	i.Layout, i.By.Replace = l, replace
	i.Run++
	i.Note, i.Fault, i.Counts, i.Digest = "", nil, Counts{}, ""
	return nil
}

// Checked takes the outcome of a check.
func (i *Import) Checked(c Counts, digest string) error {
	to := Ready
	if c.Problems > 0 || c.Rows == 0 {
		to = Faulty
	}
	if err := i.move(to); err != nil {
		return err
	}
	i.Counts, i.Digest = c, digest
	return nil
}

// Broken notes that the file as a whole cannot be read.
func (i *Import) Broken(fault *apperr.Message) error {
	if err := i.move(Faulty); err != nil {
		return err
	}
	i.Fault = fault
	if fault == nil {
		i.Note = NoteFailed
	}
	return nil
}

// Apply asks for the rows to be written, by whom it is now.
func (i *Import) Apply(by domain.Importer, id string) error {
	if i.Counts.New+i.Counts.Changed == 0 && i.State == Ready {
		return apperr.New(apperr.Conflict, "tables.refuse.nothing")
	}
	if err := i.move(Applying); err != nil {
		return err
	}
	by.Replace = i.By.Replace
	i.By, i.Note = by, ""
	i.Batch = id + "." + strconv.Itoa(i.Run)
	return nil
}

// Moved notes that the register changed since the preview: there is a new one.
func (i *Import) Moved(c Counts, digest string) error {
	if err := i.Checked(c, digest); err != nil {
		return err
	}
	i.Note, i.Batch = NoteMoved, ""
	i.Run++
	return nil
}

// Done notes that everything was written.
func (i *Import) Done(r store.BatchResult, at time.Time) error {
	if err := i.move(Applied); err != nil {
		return err
	}
	i.Result, i.Applied = r, at
	return nil
}

// Undo asks for everything to be put back.
func (i *Import) Undo() error { i.Note = ""; return i.move(Undoing) }

// Kept notes that undoing was refused.
func (i *Import) Kept() error { i.Note = NoteKept; return i.move(Applied) }

// PutBack notes that everything is as it was.
func (i *Import) PutBack(at time.Time) error { i.Undone = at; return i.move(Undone) }

// Drop ends an import that was not applied.
func (i *Import) Drop() error { return i.move(Discarded) }

// Names of the lists.
const (
	listMine = "mine" // of an account, newest first; under the zero key all
	listWork = "work" // what the portal is at, oldest first
	listKept = "kept" // those whose file is kept, oldest first
)

func definition() store.Definition[Import] {
	byTime := func(_ string, i Import) string { return store.SortTime(i.Uploaded) }
	return store.Definition[Import]{Name: "imports", Lists: []store.List[Import]{
		{Name: listMine, Descending: true, Sort: byTime, Keys: func(_ string, i Import) []store.Key {
			if i.State == Uploading {
				return nil
			}
			return []store.Key{store.KeyOf(string(i.By.Account))}
		}},
		{Name: listWork, Sort: byTime, Keys: func(_ string, i Import) []store.Key {
			if !i.Working() {
				return nil
			}
			return []store.Key{""}
		}},
		{Name: listKept, Sort: byTime, Keys: func(_ string, i Import) []store.Key {
			if i.Object == "" || i.Working() {
				return nil
			}
			return []store.Key{""}
		}},
	}}
}
