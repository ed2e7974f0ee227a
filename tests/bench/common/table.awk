# Lines of table, column, row, unit, value as tables of medians. Beside each value of a table whose first column is millrace
# stands how many times better millrace is: more per second, or less of anything else.
BEGIN { FS = "\t" }

function median(values, parts, n, i, k, part) {
	n = split(values, parts, " ")
	for (i = 2; i <= n; i++) {
		part = parts[i] + 0
		for (k = i - 1; k >= 1 && parts[k] + 0 > part; k--)
			parts[k + 1] = parts[k]
		parts[k + 1] = part
	}
	return n % 2 ? parts[(n + 1) / 2] + 0 : (parts[n / 2] + parts[n / 2 + 1]) / 2
}

function number(value) {
	return sprintf(value >= 100 ? "%.0f" : value >= 10 ? "%.1f" : value >= 0.1 ? "%.2f" : "%.4f", value)
}

{
	if (!(($1, $2) in columns)) {
		columns[$1, $2]
		column[$1, ++column_count[$1]] = $2
	}
	if (!(($1, $3) in rows)) {
		rows[$1, $3]
		row[$1, ++row_count[$1]] = $3
		unit[$1, $3] = $4
	}
	if (!($1 in tables)) {
		tables[$1]
		table[++table_count] = $1
	}
	values[$1, $2, $3] = values[$1, $2, $3] " " $5
}

function cell(name, line, c, value, ours, better) {
	if (!((name, column[name, c], line) in values))
		return sprintf("%20s", "-")
	value = median(values[name, column[name, c], line])
	if (c == 1 || column[name, 1] != "millrace" || !((name, "millrace", line) in values))
		return sprintf("%20s", number(value))
	ours = median(values[name, "millrace", line])
	better = unit[name, line] ~ /\/s$/ ? ours / value : value / ours
	return sprintf("%10s %8s x", number(value), number(better))
}

END {
	for (t = 1; t <= table_count; t++) {
		name = table[t]
		printf "%-52s", name
		for (c = 1; c <= column_count[name]; c++)
			printf "%20s", column[name, c]
		print ""
		for (r = 1; r <= row_count[name]; r++) {
			line = row[name, r]
			label = column[name, 1] == "millrace" ? line ", " unit[name, line] : line
			printf "%-52s", label
			for (c = 1; c <= column_count[name]; c++)
				printf "%s", cell(name, line, c)
			print ""
		}
		print ""
	}
}
