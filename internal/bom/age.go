package bom

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// Late is a component of which there has been a newer version of the same major number for
// longer than it may be.
type Late struct {
	Component
	Newest string
	Since  time.Time // when the newest was published
}

// update is what is known of a newer version.
type update struct {
	version string
	at      time.Time
}

// Outdated asks the proxy of Go modules and the registry of npm packages about all that
// this repository names itself, and gives what is behind for longer than that.
func Outdated(ctx context.Context, root string, longer time.Duration, now time.Time) ([]Late, error) {
	d, err := Of(root)
	if err != nil {
		return nil, err
	}
	named := slices.DeleteFunc(d.Components, func(c Component) bool {
		return c.Name == "std" || !slices.Contains(d.Dependencies[0].DependsOn, c.Ref)
	})
	newer, err := newerModules(ctx, root, named)
	if err != nil {
		return nil, err
	}
	var late []Late
	for _, c := range named {
		u := newer[c.Name]
		if strings.HasPrefix(c.PURL, "pkg:npm/") {
			if u, err = newerPackage(ctx, root, c); err != nil {
				return nil, err
			}
		}
		if u.version != "" && now.Sub(u.at) > longer {
			late = append(late, Late{c, u.version, u.at})
		}
	}
	slices.SortFunc(late, func(a, b Late) int { return cmp.Or(a.Since.Compare(b.Since), cmp.Compare(a.Name, b.Name)) })
	return late, nil
}

func newerModules(ctx context.Context, root string, named []Component) (map[string]update, error) {
	args := []string{"list", "-m", "-u", "-json=Path,Update"}
	for _, c := range named {
		if strings.HasPrefix(c.PURL, "pkg:golang/") {
			args = append(args, c.Name)
		}
	}
	out, err := answer(ctx, root, "go", args...)
	if err != nil {
		return nil, err
	}
	newer := map[string]update{}
	for d := json.NewDecoder(strings.NewReader(string(out))); d.More(); {
		var m struct {
			Path   string
			Update *struct {
				Version string
				Time    time.Time
			}
		}
		if err := d.Decode(&m); err != nil {
			return nil, fmt.Errorf("go list: %w", err)
		}
		if m.Update != nil {
			newer[m.Path] = update{m.Update.Version, m.Update.Time}
		}
	}
	return newer, nil
}

func newerPackage(ctx context.Context, root string, c Component) (update, error) {
	out, err := answer(ctx, filepath.Join(root, "portal", "web"), "npm", "view", c.Name, "time", "--json")
	if err != nil {
		return update{}, err
	}
	var times map[string]time.Time
	if err := json.Unmarshal(out, &times); err != nil {
		return update{}, fmt.Errorf("npm view %s: %w", c.Name, err)
	}
	return newestLike(c.Version, times), nil
}

// newestLike is the newest version with the same major number, published later; none that
// comes before a release.
func newestLike(version string, times map[string]time.Time) (u update) {
	major, _, _ := strings.Cut(version, ".")
	for v, at := range times {
		if m, _, ok := strings.Cut(v, "."); !ok || m != major || strings.Contains(v, "-") || !at.After(times[version]) {
			continue
		}
		if at.After(u.at) {
			u = update{v, at}
		}
	}
	return u
}

func answer(ctx context.Context, dir, name string, args ...string) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, 2*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Dir, cmd.Stderr = dir, os.Stderr
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("%s %s: %w", name, args[0], err)
	}
	return out, nil
}
