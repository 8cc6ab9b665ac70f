package program_test

import (
	"database/sql"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"

	_ "modernc.org/sqlite" // the test alters the database's file beside the store

	"gotong/app/program"
	"gotong/modules/kit/testkit"
)

// TestCommands runs the built binary as scripts do: results on standard output, words on standard error, exit codes.
func TestCommands(t *testing.T) {
	t.Parallel()
	data, listen := filepath.Join(t.TempDir(), "data"), testkit.FreeAddress(t)
	p := program.Start(t, data, listen)
	if p.Ready != "ready http://"+listen {
		t.Errorf("first line on standard output: %q", p.Ready)
	}
	res, err := http.Get("http://" + listen + "/readyz")
	if err != nil || res.StatusCode != http.StatusOK {
		t.Fatalf("/readyz: %v, %v", res, err)
	}
	_ = res.Body.Close()

	regions := t.TempDir()
	for name, text := range map[string]string{
		"provinces.csv": "code,name\n62,Kalimantan Tengah\n", "regencies.csv": "code,province_code,name\n62.01,62,Kabupaten Kotawaringin Barat\n",
		"districts.csv": "code,regency_code,name\n62.01.01,62.01,Kumai\n", "villages.csv": "code,district_code,name\n62.01.01.2001,62.01.01,Sungai Kapitan\n",
	} {
		if err := os.WriteFile(filepath.Join(regions, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []struct {
		args       string
		code       int
		out, words string // expressions that match
	}{
		{"version", 0, `^gotong .+\n$`, `^$`},
		{"help", 0, `gotong check`, `^$`},
		{"nonsense", 2, `^$`, `unknown command "nonsense"`},
		{"import", 2, `^$`, `wrong number of words`},
		{"import villages x", 2, `^$`, `only regions`},
		{"demo", 2, `^$`, `either --scale or --remove`},
		{"check --nonsense", 2, `^$`, `nonsense`},
		{"--config nowhere.yaml check", 1, `^$`, `nowhere\.yaml`},
		{"import regions nowhere", 1, `^$`, `provinces\.csv`},
		{"check", 0, `^audit trail: ok, \d+ entries\nlists: ok\naccounts of needs and offers: ok\nsums over regions: ok\ndocuments: ok, \d+ contents\n$`, ``},
		{"import regions " + regions, 0, `^regions: 4 new, 0 changed, 0 as they were\n$`, ``},
		{"import regions " + regions, 0, `^regions: 0 new, 0 changed, 4 as they were\n$`, ``},
		{"retention --dry-run", 0, `(?m)^papers of rejected organisations: 0$`, ``},
		{"retention", 0, `(?m)^API tokens that ended: 0$`, ``},
		{"demo --remove", 0, `^removed: \d+ organisations, \d+ needs`, ``},
		{"check", 0, `^audit trail: ok`, ``},
	} {
		code, out, words := program.Run(t, data, strings.Fields(c.args)...)
		if code != c.code || !regexp.MustCompile(c.out).MatchString(out) || !regexp.MustCompile(c.words).MatchString(words) {
			t.Errorf("%s: exit code %d, want %d\nout: %s\nwords: %s", c.args, code, c.code, out, words)
		}
	}

	second := program.Command(t, filepath.Join(t.TempDir(), "other"))
	second.Env = append(second.Env, "GOTONG_LISTEN="+listen)
	if text, err := second.CombinedOutput(); err == nil || second.ProcessState.ExitCode() != 1 || !strings.Contains(string(text), listen) {
		t.Errorf("a second portal at the same address: exit code %d: %s", second.ProcessState.ExitCode(), text)
	}
	third := program.Command(t, data)
	third.Env = append(third.Env, "GOTONG_LISTEN="+testkit.FreeAddress(t))
	if text, err := third.CombinedOutput(); err == nil || third.ProcessState.ExitCode() != 1 || !strings.Contains(string(text), "another process") {
		t.Errorf("a second portal on the same folder: exit code %d: %s", third.ProcessState.ExitCode(), text)
	}
	if code := p.End(syscall.SIGTERM); code != 0 {
		t.Errorf("exit code %d after SIGTERM:\n%s", code, p.Words)
	}
}

// TestCheckNamesWhatIsWrong breaks the stored data behind the portal's back.
func TestCheckNamesWhatIsWrong(t *testing.T) {
	t.Parallel()
	data := filepath.Join(t.TempDir(), "data")
	p := program.Start(t, data, testkit.FreeAddress(t))
	if code := p.End(syscall.SIGTERM); code != 0 {
		t.Fatalf("exit code %d:\n%s", code, p.Words)
	}
	db, err := sql.Open("sqlite", filepath.Join(data, "gotong.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	alter := func(statement string) {
		t.Helper()
		res, err := db.Exec(statement)
		if err != nil {
			t.Fatal(err)
		}
		if n, _ := res.RowsAffected(); n != 1 {
			t.Fatalf("%s: %d rows", statement, n)
		}
	}
	var object string
	err = filepath.WalkDir(filepath.Join(data, "objects"), func(path string, d os.DirEntry, err error) error {
		if err == nil && d.Type().IsRegular() && strings.Contains(path, string(filepath.Separator)+"documents"+string(filepath.Separator)) {
			object = path
		}
		return err
	})
	if err != nil || object == "" {
		t.Fatalf("no object found: %v", err)
	}
	if err := os.Remove(object); err != nil {
		t.Fatal(err)
	}
	alter(`UPDATE feed SET content = content || ' ' WHERE seq = 7`)
	alter(`DELETE FROM documents WHERE rowid = (SELECT rowid FROM documents WHERE id LIKE 'need:%' AND d LIKE '%"holds":{"%' LIMIT 1)`)
	code, out, words := program.Run(t, data, "check")
	if code != 1 || !strings.Contains(words, "breaks its rules") {
		t.Errorf("exit code %d, words %s", code, words)
	}
	for _, want := range []string{"audit trail: feed entry 7 was altered", "account need:", "is missing", filepath.Base(object)} {
		if !strings.Contains(out, want) {
			t.Errorf("%q is not named in:\n%s", want, out)
		}
	}
}
