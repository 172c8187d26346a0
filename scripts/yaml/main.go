// Says how sigs.k8s.io/yaml writes JSON values: a value a line on standard input, a row of
// libs/kube-model/tests/it/written_table.jsonl a line on standard output. A row is taken for the value in it, so
// `go run . <written_table.jsonl` in this folder records the table again.
package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"os"

	"sigs.k8s.io/yaml"
)

type row struct {
	JSON json.RawMessage `json:"json"`
	YAML string          `json:"yaml"`
	// What we write instead, where a reader would not take what the library writes, and why.
	Because string `json:"because,omitempty"`
	Ours    string `json:"ours,omitempty"`
}

func main() {
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(nil, 1<<24)
	out := json.NewEncoder(os.Stdout)
	out.SetEscapeHTML(false)
	for lines.Scan() {
		value := json.RawMessage(bytes.Clone(lines.Bytes()))
		var again row
		if json.Unmarshal(value, &again) == nil && again.YAML != "" {
			value = again.JSON
		}
		text, err := yaml.JSONToYAML(value)
		if err != nil {
			panic(err)
		}
		if err := out.Encode(row{value, string(text), again.Because, again.Ours}); err != nil {
			panic(err)
		}
	}
}
