// Command gotong is the portal: one binary, one configuration file.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"

	"gotong/app/config"
	"gotong/app/portal"
	"gotong/modules/documents"
	"gotong/modules/kit/extract"
)

// Exit codes, a promise to scripts.
const (
	exitDone   = 0
	exitFailed = 1
	exitUsage  = 2
)

const usage = `gotong: a portal in which villages' needs meet those who can help.

  gotong [serve]                     serve the portal (default)
  gotong import regions DIR          load or update regions from the files of idn-area-data in DIR
  gotong import changes FILE.csv     note split, divided, merged and recoded regions (from,to,kind,date)
  gotong import shapes FILE.geojson   load outlines of regions for maps, with their "source" and "licence"
  gotong demo --scale kalbar|nation|people|offers|N
                                     make a demo portal of that size in the configured database
  gotong demo --remove               take all demo content away
  gotong plan FILE.json              find an allocation plan with a proven gap; - reads standard input (docs/matching.md)
    --time 10s --iterations N --seed N --gap 0.005 --out PLAN.json --export-lp FILE.lp
    --orlib FILE --index K --sense min|max   an OR-Library file of generalised assignment instead; index 0: one without count
  gotong plan --from-portal          write what is open in the portal now as such a file
    --region CODE --demo --out FILE.json     of a region only; demonstration data instead of real data
  gotong check [--repair] [--quick]  prove the stored data against its rules; fails when something is wrong. --repair mends
                                     what is safe in the object store, --quick reads no contents
  gotong move objects --to FILE      copy all files to the object store that the configuration FILE names, each compared by
                                     its SHA-256; begun again it goes on
  gotong retention [--dry-run]       let go of what was kept long enough, or only count it
  gotong admin grant EMAIL ROLE      give an account the role secretariat or auditor
  gotong version

  --config FILE                      configuration (default: config.yaml in this folder, else built-in defaults)

Results go to standard output, words to standard error. Exit codes: 0 done, 1 failed, 2 wrong usage,
3 (plan only) what must be assigned could not be.
`

// usageError is a mistake in how the command was called.
type usageError string

func (e usageError) Error() string { return string(e) }

// collectAt has memory collected once it grew by half: the bytes of many uploads at once are in hand only for a moment,
// and a small server has little room. GOGC of the environment counts more.
const collectAt = 50

func main() {
	if extract.IsChild() { // this process reads one file for another one
		os.Exit(extract.Child(os.Stdin, os.Stdout))
	}
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(collectAt)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

// run is main without the process: it returns the exit code.
func run(ctx context.Context, args []string, out, words io.Writer) int {
	err := command(ctx, args, out, words)
	var wrong usageError
	var exit exitError
	switch {
	case err == nil:
		return exitDone
	case errors.Is(err, flag.ErrHelp):
		_, _ = io.WriteString(out, usage)
		return exitDone
	case errors.As(err, &wrong):
		_, _ = fmt.Fprintf(words, "gotong: %s\n\n%s", wrong, usage)
		return exitUsage
	case errors.As(err, &exit):
		_, _ = fmt.Fprintf(words, "gotong: %s\n", exit.text)
		return exit.code
	}
	_, _ = fmt.Fprintf(words, "gotong: %v\n", err)
	return exitFailed
}

// options are the flags that any command takes, before or after its name.
type options struct {
	config string
	scale  string
	remove bool
	dry    bool
	repair bool
	quick  bool
	to     string
	plan   planFlags
}

func command(ctx context.Context, args []string, out, words io.Writer) error {
	var opt options
	flags := flag.NewFlagSet("gotong", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	flags.StringVar(&opt.config, "config", "", "")
	flags.StringVar(&opt.scale, "scale", "", "")
	flags.BoolVar(&opt.remove, "remove", false, "")
	flags.BoolVar(&opt.dry, "dry-run", false, "")
	flags.BoolVar(&opt.repair, "repair", false, "")
	flags.BoolVar(&opt.quick, "quick", false, "")
	flags.StringVar(&opt.to, "to", "", "")
	flags.DurationVar(&opt.plan.time, "time", 0, "")
	flags.Int64Var(&opt.plan.iterations, "iterations", 0, "")
	flags.Uint64Var(&opt.plan.seed, "seed", 0, "")
	flags.Float64Var(&opt.plan.gap, "gap", 0, "")
	flags.StringVar(&opt.plan.out, "out", "", "")
	flags.StringVar(&opt.plan.orlib, "orlib", "", "")
	flags.IntVar(&opt.plan.index, "index", 1, "")
	flags.StringVar(&opt.plan.sense, "sense", "min", "")
	flags.StringVar(&opt.plan.lp, "export-lp", "", "")
	flags.BoolVar(&opt.plan.portal, "from-portal", false, "")
	flags.StringVar(&opt.plan.region, "region", "", "")
	flags.BoolVar(&opt.plan.demo, "demo", false, "")
	rest, err := parseAnywhere(flags, args)
	if err != nil {
		return err
	}
	name := "serve"
	if len(rest) > 0 {
		name, rest = rest[0], rest[1:]
	}
	cmd, ok := commands[name]
	if !ok {
		return usageError(fmt.Sprintf("unknown command %q", name))
	}
	if len(rest) < cmd.least || len(rest) > cmd.most {
		return usageError(fmt.Sprintf("%s: wrong number of words", name))
	}
	return cmd.run(ctx, opt, rest, out, words)
}

// parseAnywhere lets flags stand before and after the words.
func parseAnywhere(flags *flag.FlagSet, args []string) ([]string, error) {
	var rest []string
	for len(args) > 0 {
		if err := flags.Parse(args); err != nil {
			if errors.Is(err, flag.ErrHelp) {
				return nil, err
			}
			return nil, usageError(err.Error())
		}
		if flags.NArg() == 0 {
			break
		}
		rest = append(rest, flags.Arg(0))
		args = flags.Args()[1:]
	}
	return rest, nil
}

type commandSpec struct {
	least, most int // words after the name
	run         func(ctx context.Context, opt options, rest []string, out, words io.Writer) error
}

var commands = map[string]commandSpec{
	"serve":     {0, 0, serve},
	"import":    {2, 2, importFiles},
	"demo":      {0, 0, demoContent},
	"plan":      {0, 1, allocate},
	"check":     {0, 0, check},
	"move":      {1, 1, moveObjects},
	"retention": {0, 0, retain},
	"admin":     {3, 3, admin},
	"version":   {0, 0, version},
	"help":      {0, 0, func(context.Context, options, []string, io.Writer, io.Writer) error { return flag.ErrHelp }},
}

// open loads the configuration and opens the portal's stores.
func open(ctx context.Context, opt options, signIn bool, words io.Writer) (*portal.Portal, error) {
	cfg, err := config.Load(opt.config, os.Environ())
	if err != nil {
		return nil, err
	}
	reader, err := extract.NewProcess()
	if err != nil {
		return nil, err
	}
	opts := portal.Options{Log: logger(cfg.Log, words), SignIn: signIn, Extract: reader}
	return portal.New(ctx, cfg, opts)
}

func logger(cfg config.Log, w io.Writer) *slog.Logger {
	var level slog.Level
	_ = level.UnmarshalText([]byte(cfg.Level)) // validated by the configuration
	handler := &slog.HandlerOptions{Level: level}
	if cfg.Format == "json" {
		return slog.New(slog.NewJSONHandler(w, handler))
	}
	return slog.New(slog.NewTextHandler(w, handler))
}

func serve(ctx context.Context, opt options, _ []string, out, words io.Writer) error {
	p, err := open(ctx, opt, true, words)
	if err != nil {
		return err
	}
	err = p.Serve(ctx, func(address string) { _, _ = fmt.Fprintf(out, "ready %s\n", address) })
	return errors.Join(err, p.Close())
}

func importFiles(ctx context.Context, opt options, rest []string, out, words io.Writer) error {
	imports := map[string]func(*portal.Portal) (string, error){
		"regions": func(p *portal.Portal) (string, error) { return p.ImportRegions(ctx, rest[1], words) },
		"shapes":  func(p *portal.Portal) (string, error) { return p.ImportShapes(ctx, rest[1]) },
		"changes": func(p *portal.Portal) (string, error) { return p.ImportChanges(ctx, rest[1]) },
	}
	load, ok := imports[rest[0]]
	if !ok {
		return usageError(fmt.Sprintf("import %s: only regions, changes and shapes can be imported", rest[0]))
	}
	return with(ctx, opt, words, func(p *portal.Portal) error {
		result, err := load(p)
		if err == nil {
			_, err = fmt.Fprintln(out, result)
		}
		return err
	})
}

func demoContent(ctx context.Context, opt options, _ []string, out, words io.Writer) error {
	if opt.remove == (opt.scale != "") {
		return usageError("demo: give either --scale or --remove")
	}
	return with(ctx, opt, words, func(p *portal.Portal) error {
		var result string
		var err error
		if opt.remove {
			result, err = p.RemoveDemo(ctx)
		} else {
			result, err = p.ScaleDemo(ctx, opt.scale, words)
		}
		if err == nil {
			_, err = fmt.Fprintln(out, result)
		}
		return err
	})
}

func check(ctx context.Context, opt options, _ []string, out, words io.Writer) error {
	care := documents.Care{Repair: opt.repair, Quick: opt.quick}
	return with(ctx, opt, words, func(p *portal.Portal) error { return p.Check(ctx, care, out) })
}

func moveObjects(ctx context.Context, opt options, rest []string, out, words io.Writer) error {
	if rest[0] != "objects" || opt.to == "" {
		return usageError("move: only objects can be moved, and --to must name the configuration of the other object store")
	}
	to, err := config.Load(opt.to, nil) // the environment names this portal's own
	if err != nil {
		return err
	}
	return with(ctx, opt, words, func(p *portal.Portal) error {
		result, err := p.MoveObjects(ctx, to, words)
		if err == nil {
			_, err = fmt.Fprintln(out, result)
		}
		return err
	})
}

func retain(ctx context.Context, opt options, _ []string, out, words io.Writer) error {
	return with(ctx, opt, words, func(p *portal.Portal) error { return p.Retain(ctx, opt.dry, out) })
}

func admin(ctx context.Context, opt options, rest []string, out, words io.Writer) error {
	if rest[0] != "grant" {
		return usageError(fmt.Sprintf("admin %s: only grant is known", rest[0]))
	}
	return with(ctx, opt, words, func(p *portal.Portal) error {
		if err := p.Grant(ctx, rest[1], rest[2]); err != nil {
			return err
		}
		_, err := fmt.Fprintf(out, "%s %s\n", rest[1], rest[2])
		return err
	})
}

func version(_ context.Context, _ options, _ []string, out, _ io.Writer) error {
	_, err := fmt.Fprintln(out, "gotong "+portal.Version())
	return err
}

// with opens the portal for a command and closes it after.
func with(ctx context.Context, opt options, words io.Writer, fn func(*portal.Portal) error) error {
	p, err := open(ctx, opt, false, words)
	if err != nil {
		return err
	}
	return errors.Join(fn(p), p.Close())
}
