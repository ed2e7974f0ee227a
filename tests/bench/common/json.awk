# Lines of table, column, row, unit, value as JSON, with every run.
BEGIN { FS = "\t" }

function text(string) {
	gsub(/[\\"]/, "\\\\&", string)
	return "\"" string "\""
}

{
	key = $1 FS $2 FS $3 FS $4
	if (!(key in runs))
		keys[++count] = key
	runs[key] = runs[key] (runs[key] == "" ? "" : ", ") $5
}

END {
	printf "{\"processor\": %s,\n \"results\": [", text(processor)
	for (i = 1; i <= count; i++) {
		split(keys[i], part, FS)
		printf "%s\n  {\"table\": %s, \"column\": %s, \"row\": %s, \"unit\": %s, \"runs\": [%s]}", (i > 1 ? "," : ""),
			text(part[1]), text(part[2]), text(part[3]), text(part[4]), runs[keys[i]]
	}
	print "\n]}"
}
