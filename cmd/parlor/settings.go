package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/knadh/koanf/parsers/yaml"
	"github.com/knadh/koanf/providers/confmap"
	"github.com/knadh/koanf/providers/file"
	"github.com/knadh/koanf/providers/structs"
	"github.com/knadh/koanf/v2"

	"github.com/parlor-chat/parlor/engine"
)

// errUsage marks errors of the command line and the configuration.
var errUsage = errors.New("wrong usage")

// settings are the flags that all commands have. Every other setting can be given with --set.
type settings struct {
	Config      string            `help:"Configuration file (YAML)." type:"path" env:"PARLOR_CONFIG" placeholder:"FILE"`
	Data        string            `help:"Data directory (store.dir)." placeholder:"DIR"`
	Listen      string            `help:"Address that browsers connect to (http.listen)." placeholder:"ADDR"`
	AdminListen *string           `help:"Address of health, metrics and profiles (admin.listen); empty for none." placeholder:"ADDR"`
	PublicURL   []string          `help:"URL under which browsers reach the node (http.public_urls)." placeholder:"URL"`
	LogLevel    string            `help:"debug, info, warn or error (log.level)." placeholder:"LEVEL"`
	LogFormat   string            `help:"text or json (log.format)." placeholder:"FORMAT"`
	GCPercent   int               `name:"gc-percent" help:"Garbage for each 100 bytes in use, as GOGC (memory.gc_percent)." placeholder:"N"`
	MemoryLimit string            `help:"From where on garbage is collected more often, as GOMEMLIMIT: a size, auto or off (memory.limit)." placeholder:"SIZE"`
	Set         map[string]string `help:"Any setting, as key=value; see docs/operations.md." placeholder:"KEY=VALUE"`

	lookup func() []string // the environment, for tests
}

// loaded is the whole configuration.
type loaded struct {
	engine.Config
	Log logging
}

// load reads defaults, file, environment and flags; a later one wins. Every problem is reported at once. adjust changes the defaults.
func (s *settings) load(adjust ...func(*engine.Config)) (loaded, error) {
	l := loaded{Config: engine.Default(), Log: logging{Level: "info", Format: "text"}}
	for _, f := range adjust {
		f(&l.Config)
	}
	k := koanf.New(".")
	var problems []error
	must := func(err error) {
		if err != nil {
			problems = append(problems, err)
		}
	}
	must(k.Load(structs.Provider(l.Config, "koanf"), nil))
	must(k.Load(confmap.Provider(map[string]any{"log.level": l.Log.Level, "log.format": l.Log.Format}, "."), nil))
	known, lists := k.Keys(), listsOf(k)
	for _, source := range []func([]string) (map[string]any, []error){s.fromFile, s.fromEnvironment, s.fromFlags} {
		values, wrong := source(known)
		problems = append(problems, wrong...)
		must(k.Load(confmap.Provider(values, "."), nil))
	}
	for _, key := range lists {
		if text, ok := k.Get(key).(string); ok {
			must(k.Set(key, items(text)))
		}
	}
	problems = append(problems, decode(k, "", &l.Config)...)
	problems = append(problems, decode(k, "log", &l.Log)...)
	must(l.Config.Validate())
	must(l.Log.validate())
	if err := errors.Join(problems...); err != nil {
		return l, wrongUsage{err}
	}
	return l, nil
}

// listsOf are the keys whose value is a list. A file says a list in its own way, the environment and --set in one text.
func listsOf(k *koanf.Koanf) (keys []string) {
	for _, key := range k.Keys() {
		if _, ok := k.Get(key).([]string); ok {
			keys = append(keys, key)
		}
	}
	return keys
}

// items are the elements of a list that is one text: separated by commas, the empty text has none.
func items(text string) []string {
	list := []string{}
	for item := range strings.SplitSeq(text, ",") {
		if item = strings.TrimSpace(item); item != "" {
			list = append(list, item)
		}
	}
	return list
}

// wrongUsage marks an error as errUsage without saying so in its text.
type wrongUsage struct{ error }

func (w wrongUsage) Is(target error) bool { return target == errUsage }
func (w wrongUsage) Unwrap() error        { return w.error }

// decode reads part of the settings into a struct, and says which of them are of the wrong type.
func decode(k *koanf.Koanf, path string, to any) []error {
	err := k.UnmarshalWithConf(path, to, koanf.UnmarshalConf{Tag: "koanf"})
	if err == nil {
		return nil
	}
	var joined interface{ Unwrap() []error }
	if errors.As(err, &joined) {
		return joined.Unwrap()
	}
	return []error{err}
}

func (s *settings) fromFile(known []string) (map[string]any, []error) {
	if s.Config == "" {
		return nil, nil
	}
	k := koanf.New(".")
	if err := k.Load(file.Provider(s.Config), yaml.Parser()); err != nil {
		if errors.Is(err, os.ErrNotExist) {
			return nil, []error{fmt.Errorf("%s: there is no such file; --config names it", s.Config)}
		}
		return nil, []error{fmt.Errorf("%s: %w", s.Config, err)}
	}
	var problems []error
	for _, key := range k.Keys() {
		if !slices.Contains(known, key) {
			problems = append(problems, unknown(s.Config, key, known))
		}
	}
	return k.All(), problems
}

func (s *settings) fromEnvironment(known []string) (map[string]any, []error) {
	names := make(map[string]string, len(known))
	for _, key := range known {
		names[engine.EnvName(key)] = key
	}
	values := make(map[string]any)
	var problems []error
	environment := os.Environ
	if s.lookup != nil {
		environment = s.lookup
	}
	for _, pair := range environment() {
		name, value, _ := strings.Cut(pair, "=")
		if !strings.HasPrefix(name, "PARLOR_") || name == "PARLOR_CONFIG" {
			continue
		}
		key, ok := names[name]
		if !ok {
			problems = append(problems, fmt.Errorf("environment: %s is no setting; see docs/operations.md", name))
			continue
		}
		values[key] = value
	}
	return values, problems
}

func (s *settings) fromFlags(known []string) (map[string]any, []error) {
	values := make(map[string]any)
	var problems []error
	for key, value := range s.Set {
		if !slices.Contains(known, key) {
			problems = append(problems, unknown("--set", key, known))
			continue
		}
		values[key] = value
	}
	for key, value := range map[string]string{
		"store.dir": s.Data, "http.listen": s.Listen, "log.level": s.LogLevel, "log.format": s.LogFormat,
		"memory.limit": s.MemoryLimit,
	} {
		if value != "" {
			values[key] = value
		}
	}
	if s.GCPercent != 0 {
		values["memory.gc_percent"] = s.GCPercent
	}
	if s.AdminListen != nil {
		values["admin.listen"] = *s.AdminListen
	}
	if len(s.PublicURL) > 0 {
		values["http.public_urls"] = s.PublicURL
	}
	return values, problems
}

// unknown reports a key that is none, with the one that was probably meant.
func unknown(where, key string, known []string) error {
	_, last, _ := strings.Cut(key, ".")
	for _, k := range known {
		if last != "" && strings.HasSuffix(k, last) || strings.EqualFold(strings.ReplaceAll(k, "_", ""), strings.ReplaceAll(key, "-", "")) {
			return fmt.Errorf("%s: %s is no setting; did you mean %s?", where, key, k)
		}
	}
	return fmt.Errorf("%s: %s is no setting; see docs/operations.md", where, key)
}

// directory opens the websites and agents.
func (s *settings) directory(ctx context.Context, o output) (engine.Directory, loaded, error) {
	l, err := s.load()
	if err != nil {
		return nil, l, err
	}
	d, err := engine.OpenDirectory(ctx, l.Config, l.Log.logger(o.log))
	return d, l, err
}
