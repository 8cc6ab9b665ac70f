package initiatives

import (
	"context"
	"errors"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"gotong/modules/domain"
	"gotong/modules/kit/apperr"
	"gotong/modules/kit/sheet"
	"gotong/modules/kit/store"
)

// A concept is a proposal that was written in a spreadsheet without a line: one sheet with a row for each text, and one
// for each list. It is read with the checks of the forms, kept for a day, and becomes a draft when its author says so.

// Concept is a concept that was read without a mistake and waits for its author.
type Concept struct {
	Account      domain.AccountID      `json:"account"`
	Organization domain.OrganizationID `json:"organization"`
	Call         domain.CallID         `json:"call,omitempty"`
	File         string                `json:"file"`
	Content      Content               `json:"content"`
}

// conceptKept is how long a concept waits for its author.
const conceptKept = 24 * time.Hour

// MaxConcept is the largest file that is taken in, in bytes.
const MaxConcept = 2 << 20

// conceptTexts are the rows of the first sheet, by their fields.
var conceptTexts = []string{"title", "summary", "summary_en", "problem", "goals", "areas", "target_group", "target_number", "from", "until", "risks", "sustainability", conceptCall}

// conceptCall is the row that names the call which the concept answers.
const conceptCall = "call"

// conceptValue is the column in which the texts are written; the first names them, the third explains them.
const conceptValue = 1

// Mistake is what is wrong at one cell of a concept.
type Mistake struct {
	Sheet string
	sheet.Problem
}

// conceptReader collects what is read of a concept and where it stood.
type conceptReader struct {
	words
	book     *sheet.Book
	mark     rune
	content  Content
	call     domain.CallID
	texts    map[string]int // rows of the first sheet by field
	first    string         // its name
	lines    map[string][]conceptLine
	heads    map[string]conceptHead
	mistakes []Mistake
}

// conceptLine is a row of a list; its place in the content is its place here.
type conceptLine struct{ row int }

// conceptHead is where a list stands in the file.
type conceptHead struct {
	sheet   string
	head    int
	columns map[string]int
}

// ReadConcept reads a concept of an organisation and checks it as the forms do. Its mistakes, where there are any, name
// every cell, and then nothing is kept. Invalid (field file) for what is no concept at all; Forbidden for who is no
// editor. What is right is kept for a day under the id that is given back.
func (s *Service) ReadConcept(ctx context.Context, actor domain.Actor, op store.Operation, organization domain.OrganizationID, lang string, up domain.Upload) (id string, mistakes []Mistake, err error) {
	if !actor.Has(organization, domain.OrgEditor) {
		return "", nil, apperr.New(apperr.Forbidden, "initiatives.refuse.not_editor")
	}
	src, err := sourceOf(up)
	if err != nil {
		return "", nil, err
	}
	book, err := sheet.Open(src, up.Name)
	if err != nil {
		return "", nil, err
	}
	r := &conceptReader{words: s.words, book: book, mark: ',', texts: map[string]int{}, lines: map[string][]conceptLine{}, heads: map[string]conceptHead{}}
	if lang == "en" {
		r.mark = '.'
	}
	if err := r.read(); err != nil {
		return "", nil, err
	}
	if err := s.checkConcept(ctx, actor, organization, r); err != nil || len(r.mistakes) > 0 {
		return "", r.mistakes, err
	}
	id = actor.NewID(op)
	return id, nil, s.concepts.Put(ctx, id, Concept{Account: actor.Account, Organization: organization, Call: r.call, File: up.Name, Content: r.content}, conceptKept)
}

// Concept gives one that waits for the actor. NotFound for another's and for one that waited too long.
func (s *Service) Concept(ctx context.Context, actor domain.Actor, id string) (Concept, error) {
	c, err := s.concepts.Get(ctx, id)
	if err == nil && (c.Account != actor.Account || !actor.Has(c.Organization, domain.OrgEditor)) {
		err = apperr.New(apperr.NotFound, "error.not_found.text")
	}
	return c, err
}

// sourceOf is an uploaded file as tables are read.
func sourceOf(up domain.Upload) (sheet.Source, error) {
	var f apperr.Fields
	f.Check(up.Body != nil && up.Size > 0, "file", "initiatives.error.concept_file")
	f.Check(up.Size <= MaxConcept, "file", "initiatives.error.concept_large", "max", MaxConcept>>20)
	if err := f.Err(); err != nil {
		return nil, err
	}
	raw, err := io.ReadAll(io.LimitReader(up.Body, MaxConcept+1))
	if err != nil {
		return nil, apperr.Wrap(err, apperr.BadRequest, "error.bad_request")
	}
	return strings.NewReader(string(raw)), nil
}

// checkConcept holds what was read against the rules of the forms, and puts what they refuse at its cell.
func (s *Service) checkConcept(ctx context.Context, actor domain.Actor, organization domain.OrganizationID, r *conceptReader) error {
	if r.call != "" {
		_, err := s.calls.Call(ctx, actor, r.call)
		var refusal *apperr.Error
		switch {
		case apperr.Is(err, apperr.NotFound):
			r.failText(conceptCall, "initiatives.error.concept_call")
		case errors.As(err, &refusal) && refusal.Kind == apperr.Conflict:
			r.failText(conceptCall, refusal.Msg.Key, refusal.Msg.Args...)
		case err != nil:
			return err
		}
	}
	partners, err := s.named(ctx, organization, r.content.Partners)
	if err == nil {
		r.content.Partners = partners
	}
	refused, err := fieldsIn(err)
	if err != nil {
		return err
	}
	more, err := fieldsIn(s.check(ctx, r.content, Content{}))
	if err != nil {
		return err
	}
	r.content.Normalise()
	if len(refused)+len(more) == 0 { // what an offer takes from the proposal is said at the proposal first
		if more, err = fieldsIn(s.check(ctx, r.content, Content{})); err != nil {
			return err
		}
	}
	for _, f := range append(refused, more...) {
		r.fail(f)
	}
	slices.SortStableFunc(r.mistakes, func(a, b Mistake) int { return r.sheetAt(a.Sheet) - r.sheetAt(b.Sheet) })
	return nil
}

// fieldsIn are the fields of an Invalid; another error is given back.
func fieldsIn(err error) (apperr.Fields, error) {
	if apperr.Is(err, apperr.Invalid) {
		return apperr.FieldsOf(err), nil
	}
	return nil, err
}

func (r *conceptReader) sheetAt(name string) int { return slices.Index(r.book.Sheets, name) }

// sheetOf finds the sheet that bears a name in either language; -1 where there is none.
func (r *conceptReader) sheetOf(key string) int {
	return slices.IndexFunc(r.book.Sheets, func(name string) bool {
		return strings.EqualFold(strings.TrimSpace(name), r.words["id"].T(key)) || strings.EqualFold(strings.TrimSpace(name), r.words["en"].T(key))
	})
}

// heading gives the words of a column or a row in both languages.
func (r *conceptReader) heading(c sheet.Column) []string {
	key := "initiatives.concept.column." + c.Name
	return []string{r.words["id"].T(key), r.words["en"].T(key)}
}

// read reads all sheets. Invalid (field file) for a file that is no concept.
func (r *conceptReader) read() error {
	at := r.sheetOf("initiatives.concept.sheet.proposal")
	if r.book.Format != sheet.XLSX || at < 0 {
		var f apperr.Fields
		f.Add("file", "initiatives.error.concept_other")
		return f.Err()
	}
	if err := r.readTexts(at); err != nil {
		return err
	}
	for _, list := range listNames {
		if at := r.sheetOf("initiatives.concept.sheet." + list); at >= 0 {
			if err := r.readList(list, at); err != nil {
				return err
			}
		}
	}
	return nil
}

// rowsOf reads the rows of a sheet.
func (r *conceptReader) rowsOf(at int) ([]sheet.Sampled, error) {
	rows, err := r.book.Rows(at)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	var list []sheet.Sampled
	for len(list) < conceptRows {
		number, cells, err := rows.Next()
		if errors.Is(err, io.EOF) {
			return list, nil
		}
		if err != nil {
			return nil, err
		}
		list = append(list, sheet.Sampled{Number: number, Cells: slices.Clone(cells)})
	}
	return list, nil
}

// conceptRows bounds how far a sheet is read.
const conceptRows = 200

// readTexts reads the first sheet, whose rows are what the columns of a table are.
func (r *conceptReader) readTexts(at int) error {
	r.first = r.book.Sheets[at]
	rows, err := r.rowsOf(at)
	if err != nil {
		return err
	}
	var columns []sheet.Column
	for _, name := range conceptTexts {
		columns = append(columns, sheet.Column{Name: name})
	}
	labels, values, numbers := make([]sheet.Cell, len(rows)), make([]sheet.Cell, len(rows)), make([]int, len(rows))
	for n, row := range rows {
		numbers[n] = row.Number
		if len(row.Cells) > 0 {
			labels[n] = row.Cells[0]
		}
		if len(row.Cells) > conceptValue {
			values[n] = row.Cells[conceptValue]
		}
	}
	found := sheet.Recognise([]sheet.Sampled{{Number: 1, Cells: labels}}, columns, r.heading).Columns
	for name, n := range found {
		r.texts[name] = numbers[n]
	}
	row := sheet.NewRow(1, values, found, r.mark)
	row.Need("title")
	row.Need("summary")
	c := &r.content
	c.Title, c.Summary, c.SummaryEN, c.Problem, c.Goals = row.Text("title"), row.Text("summary"), row.Text("summary_en"), row.Text("problem"), row.Text("goals")
	c.Areas, c.TargetGroup = readAreas(row, "areas"), row.Text("target_group")
	c.TargetNumber, _ = row.Whole("target_number")
	c.From, c.Until = domain.Date(row.Day("from")), domain.Date(row.Day("until"))
	c.Risks, c.Sustainability = row.Text("risks"), row.Text("sustainability")
	r.call = domain.CallID(row.Text(conceptCall))
	for _, p := range row.Problems {
		p.Row, p.Column = r.texts[p.Name], conceptValue
		r.note(r.first, p)
	}
	return nil
}

// readList reads the sheet of a list: headings, then a row for each thing.
func (r *conceptReader) readList(list string, at int) error {
	name := r.book.Sheets[at]
	rows, err := r.rowsOf(at)
	if err != nil {
		return err
	}
	var columns []sheet.Column
	for _, part := range conceptColumns(list) {
		columns = append(columns, sheet.Column{Name: list + "." + part})
	}
	guess := sheet.Recognise(rows, columns, r.heading)
	found := map[string]int{}
	for full, n := range guess.Columns {
		found[strings.TrimPrefix(full, list+".")] = n
	}
	r.heads[list] = conceptHead{name, guess.Head, found}
	for _, sampled := range rows {
		if sampled.Number <= guess.Head {
			continue
		}
		row := sheet.NewRow(sampled.Number, sampled.Cells, found, r.mark)
		if !slices.ContainsFunc(conceptColumns(list), row.Has) {
			continue
		}
		if len(r.lines[list]) == MaxRows {
			r.note(name, sheet.Problem{Row: sampled.Number, Column: -1, Key: "initiatives.error.rows", Args: []any{"max", MaxRows}})
			return nil
		}
		r.readLine(list, row, &r.content)
		r.lines[list] = append(r.lines[list], conceptLine{sampled.Number})
		for _, p := range row.Problems {
			r.note(name, p)
		}
	}
	return nil
}

// conceptColumns are the columns of a list's sheet: its parts without those that only the portal knows.
func conceptColumns(list string) []string {
	return slices.DeleteFunc(slices.Clone(rowParts[list]), func(part string) bool { return part == "offer" || part == "organization" })
}

// note keeps a mistake, one at a cell.
func (r *conceptReader) note(name string, p sheet.Problem) {
	if !slices.ContainsFunc(r.mistakes, func(m Mistake) bool { return m.Sheet == name && m.Row == p.Row && m.Column == p.Column }) {
		r.mistakes = append(r.mistakes, Mistake{name, p})
	}
}

func (r *conceptReader) failText(field, key string, args ...any) {
	r.note(r.first, sheet.Problem{Row: r.texts[field], Column: conceptValue, Name: field, Key: key, Args: args})
}

// fail puts what a form would say at a field to the cell in which that field stands.
func (r *conceptReader) fail(f apperr.Field) {
	list, line := placeOf(f.Name)
	if formParts[strings.SplitN(f.Name, "_", 2)[0]] == "" || line == 0 {
		r.failText(list, f.Key, f.Args...)
		return
	}
	head, there := r.heads[list]
	if !there {
		head.sheet = r.words["id"].T("initiatives.concept.sheet." + list)
	}
	p := sheet.Problem{Row: head.head + line, Column: -1, Key: f.Key, Args: f.Args}
	if lines := r.lines[list]; line <= len(lines) {
		p.Row = lines[line-1].row
	}
	part := f.Name[strings.LastIndex(f.Name, strconv.Itoa(line)+"_")+len(strconv.Itoa(line))+1:]
	if at, ok := head.columns[part]; ok {
		p.Column = at
	}
	r.note(head.sheet, p)
}
