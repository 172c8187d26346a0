# Removes a test's data directory when the process that holds the other end of standard input has ended.
read -r _
# The server is ended by its own watcher (watch.sh).
tries=0
while [ -e "$1/postgres/postmaster.pid" ] && [ "$tries" -lt 100 ]; do
	sleep 0.1
	tries=$((tries + 1))
done
rm -rf -- "$1" || {
	sleep 1
	rm -rf -- "$1"
}
