package documents

import (
	"encoding/json"

	"gotong/modules/domain"
	"gotong/modules/kit/web"
)

// pieces tells the script of the upload page what it needs: where to send, within which bounds, in which words.
type pieces struct {
	Address string
	For     string
	Accept  string
	Largest int64
	Left    int64  // bytes that the owner has room for; negative: as many as there are
	Words   string // JSON
}

// words of the upload page's script, each a text documents.upload.NAME.
var words = []string{
	"drop", "camera", "waiting", "sending", "done", "broken", "refused", "again", "resume", "cancel", "remove", "type", "large", "empty", "of", "left", "seconds", "minutes",
	"hours", "all", "all_done", "wait", "list", "offline", "limits", "room",
}

// uploadForm asks for files; presets come from the address.
func (m *Module) uploadForm(b web.Base, ref domain.Ref, preset Details) *web.Form {
	if preset.Visibility == "" {
		preset.Visibility = domain.VisibleParties
	}
	if preset.Language == "" {
		preset.Language = "id"
	}
	f := web.NewForm(b, "documents.form", "/documents").Hidden("for", forValue(ref)).
		Section("file").File("file", Accept, web.Multiple(), web.Required(), web.Hint("documents.form.file_limits", "limit", m.Service.Limit()>>20, "types", allowedList)).
		Section("details")
	return detailsForm(b, f, preset)
}

func (m *Module) piecesOf(b web.Base, ref domain.Ref) *pieces {
	texts := map[string]string{}
	for _, w := range words {
		texts[w] = b.T("documents.upload."+w, "done", "{done}", "all", "{all}", "speed", "{speed}", "left", "{left}", "n", "{n}", "name", "{name}",
			"limit", sizeText(b, m.Service.Largest()), "types", allowedList)
	}
	raw, err := json.Marshal(texts)
	if err != nil {
		return nil
	}
	return &pieces{Address: "/uploads", For: forValue(ref), Accept: Accept, Largest: m.Service.Largest(), Left: -1, Words: string(raw)}
}
