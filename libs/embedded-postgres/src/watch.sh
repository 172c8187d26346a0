# Runs a program that must not outlive the process that reads this script's output.
#
# That process holds the other end of standard input for as long as it lives, and the kernel closes it however it dies.
# A parent-death signal would not do: it comes when the thread that started the program ends, and is lost when the
# program changes its user. Each line on standard input is a signal for the program. The first line on standard output
# is its process id.
#
# A terminal's Ctrl-C and a service manager's TERM are meant for the parent, which then stops the program in order.
trap '' HUP INT TERM
exec 3<&0 </dev/null
"$@" 3<&- >&2 &
server=$!
(
	while read -r signal <&3; do
		kill -s "$signal" "$server"
	done
	# The parent is gone. Postgres' immediate shutdown loses nothing that was committed.
	kill -s QUIT "$server"
	tries=0
	while kill -s 0 "$server" && [ "$tries" -lt 50 ]; do
		sleep 0.1
		tries=$((tries + 1))
	done
	kill -KILL "-$$"
) >/dev/null 2>&1 &
watcher=$!
exec 3<&-
echo "$server"
wait "$server"
status=$?
# Before anything else: the process id may soon be another program's.
kill -s KILL "$watcher"
exit "$status"
