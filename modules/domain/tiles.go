package domain

// Tile is the place of a regency on the tile map: every region the same size, roughly where it lies, so that a small
// city is as easy to see and to touch as a wide regency.
type Tile struct {
	Code   RegionCode
	Column int // from the west, 0 first
	Row    int // from the north, 0 first
	Short  string
}

// TileColumns and TileRows are the size of the grid.
const (
	TileColumns = 6
	TileRows    = 5
)

// Tiles is the tile map of West Kalimantan (province 61), from north-west to south-east.
func Tiles() []Tile {
	return []Tile{
		{"61.01", 0, 0, "Sambas"},
		{"61.72", 0, 1, "Singkawang"},
		{"61.07", 1, 1, "Bengkayang"},
		{"61.06", 5, 1, "Kapuas Hulu"},
		{"61.02", 0, 2, "Mempawah"},
		{"61.08", 1, 2, "Landak"},
		{"61.03", 2, 2, "Sanggau"},
		{"61.09", 3, 2, "Sekadau"},
		{"61.05", 4, 2, "Sintang"},
		{"61.71", 0, 3, "Pontianak"},
		{"61.12", 1, 3, "Kubu Raya"},
		{"61.10", 4, 3, "Melawi"},
		{"61.11", 2, 4, "Kayong Utara"},
		{"61.04", 3, 4, "Ketapang"},
	}
}
