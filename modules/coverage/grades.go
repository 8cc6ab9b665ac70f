package coverage

import (
	"gotong/modules/domain"
	"gotong/modules/kit/web"
)

// gradeTable tells of each category how well what was delivered is supported. The grades stand apart; beside each is how
// much there is of it and of all above.
func gradeTable(b web.Base, sums []Sum, category string) web.Table {
	t := web.Table{Caption: b.T("coverage.by_grade"), Head: []string{b.T("coverage.head.category"), b.T("coverage.head.delivered")}, Numbers: []bool{false, true}}
	for _, g := range domain.EvidenceGrades {
		t.Head, t.Numbers = append(t.Head, b.T("coverage.grade."+string(g))), append(t.Numbers, true)
	}
	for _, s := range sums {
		if s.Delivered == 0 || !under(s.Category, category) {
			continue
		}
		q := func(n int64) string { return domain.QuantityText(b.Local(), n, s.Unit) }
		name := web.Cell{Text: domain.Taxonomy().CategoryName(s.Category, b.Lang)}
		if s.Demo {
			name.Note = b.T("web.demo.tag")
		}
		row := web.Row{Cells: []web.Cell{name, {Text: q(s.Delivered)}}}
		grades, above := domain.ByGrade(s.Delivered, s.Confirmed, s.Graded), s.Delivered
		for i, n := range grades {
			cell := web.Cell{Text: q(n), Quiet: n == 0}
			if i > 0 && i < len(grades)-1 && above > n {
				cell.Note = b.T("coverage.grade_up", "quantity", q(above))
			}
			row.Cells = append(row.Cells, cell)
			above -= n
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}
