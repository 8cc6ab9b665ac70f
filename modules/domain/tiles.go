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

// TileMap is the tile map as the partial "tiles" draws it: each tile a link, with what it says for those who do not
// see the shade. The same facts stand in a list beside it.
type TileMap struct {
	Title string
	Cells []TileCell
}

// TileCell is one tile: where it leads, what it says, and how dark it is (0 to 3).
type TileCell struct {
	Tile
	Path  string // with language prefix
	Label string // "Sambas: 8 kebutuhan"
	Shade int
}

// Size of a tile in the drawing's units.
const (
	tileWidth  = 36
	tileHeight = 28
)

// NewTileMap makes the map of West Kalimantan; cell fills in path, label and shade of a tile.
func NewTileMap(title string, cell func(Tile) TileCell) *TileMap {
	m := &TileMap{Title: title}
	for _, t := range Tiles() {
		c := cell(t)
		c.Tile = t
		m.Cells = append(m.Cells, c)
	}
	return m
}

// Width of the whole drawing.
func (TileMap) Width() int { return TileColumns * tileWidth }

// Height of the whole drawing.
func (TileMap) Height() int { return TileRows * tileHeight }

// X is where the tile begins, from the left.
func (c TileCell) X() int { return c.Column * tileWidth }

// Y is where the tile begins, from the top.
func (c TileCell) Y() int { return c.Row * tileHeight }

// W is the tile's width.
func (TileCell) W() int { return tileWidth }

// H is the tile's height.
func (TileCell) H() int { return tileHeight }

// MidX is the middle of the tile's name.
func (c TileCell) MidX() int { return c.X() + tileWidth/2 }

// MidY is the line on which the tile's name stands.
func (c TileCell) MidY() int { return c.Y() + tileHeight/2 + 2 }
